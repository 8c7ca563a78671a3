import type { User as UserMessage } from '#contracts';
import type { User } from '../domain/user.js';

/** The message form of a user. */
export function userReply(user: User): UserMessage {
  return {
    id: user.id,
    realmId: user.realmId,
    clientId: user.clientId,
    username: user.username,
    email: user.email,
    emailVerified: user.emailVerified,
    firstname: user.firstname,
    lastname: user.lastname,
    enabled: user.enabled,
    requiredActions: [...user.requiredActions],
    version: user.version,
    createdAt: user.createdAt.toISOString(),
    updatedAt: user.updatedAt.toISOString(),
  };
}
