import { DEFAULT_PASSWORD_POLICY, type Realm } from '#contracts';

/** A realm as the API shows it. */
export function realmView(realm: Realm) {
  const { settings } = realm;
  const policy = settings.passwordPolicy ?? DEFAULT_PASSWORD_POLICY;
  return {
    id: realm.id,
    name: realm.name,
    display_name: realm.displayName,
    enabled: realm.enabled,
    settings: {
      access_token_lifetime: settings.accessTokenLifetimeSeconds,
      refresh_token_lifetime: settings.refreshTokenLifetimeSeconds,
      id_token_lifetime: settings.idTokenLifetimeSeconds,
      temporary_token_lifetime: settings.temporaryTokenLifetimeSeconds,
      default_signing_algorithm: settings.defaultSigningAlgorithm,
      password_policy: {
        min_length: policy.minLength,
        max_length: policy.maxLength,
        refuse_common: policy.refuseCommon,
        refuse_context: policy.refuseContext,
        blocked_words: policy.blockedWords,
      },
    },
    created_at: realm.createdAt,
    updated_at: realm.updatedAt,
  };
}
