import type { ClientSecretInfo } from '#contracts';

/** A secret as lists show it. */
export function clientSecretView(secret: ClientSecretInfo) {
  return {
    id: secret.id,
    name: secret.name,
    hint: secret.hint,
    created_at: secret.createdAt,
    expires_at: secret.expiresAt,
    last_used_at: secret.lastUsedAt,
  };
}

/** A new secret with its text: the only time it is shown; null in the answer to a repeated request. */
export function newSecretView({ id, name, expiresAt, createdAt }: ClientSecretInfo, text: string | null) {
  return { id, name, secret: text, expires_at: expiresAt, created_at: createdAt };
}
