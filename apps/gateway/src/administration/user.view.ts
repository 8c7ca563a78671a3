import type { User } from '#contracts';

/** A user as the API shows it. */
export function userView(user: User) {
  return {
    id: user.id,
    realm_id: user.realmId,
    client_id: user.clientId,
    username: user.username,
    email: user.email,
    email_verified: user.emailVerified,
    firstname: user.firstname,
    lastname: user.lastname,
    enabled: user.enabled,
    required_actions: user.requiredActions,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
  };
}
