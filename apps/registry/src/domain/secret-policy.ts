import { AppError } from '#errors';
import { checkSecretHolder } from './client-policy.js';
import { hasLiveSecret, isLive, MAX_LIVE_SECRETS, type ClientSecret } from './client-secret.js';
import type { Client } from './client.js';
import { lineProblem, Problems } from './problems.js';

const HOUR_MS = 3_600_000;
/** `lastUsedAt` is the beginning of a minute, so the use may have been later by nearly as much. */
const MINUTE_MS = 60_000;
const NAME_MAX_LENGTH = 255;

/** What a change leaves of a client, and the secrets that went. */
export interface SecretChange {
  readonly after: Client;
  readonly removed: readonly ClientSecret[];
}

/** @throws AppError `validation_failed` with everything that is wrong. */
export function checkNewSecret(
  facts: { readonly name: string | null; readonly expiresAt: Date | null },
  now: Date,
): void {
  const problems = new Problems();
  problems.add('/name', nameProblem(facts.name));
  problems.add('/expires_at', facts.expiresAt !== null && facts.expiresAt <= now ? 'must be in the future' : null);
  problems.throwIfAny();
}

/**
 * The client with one more secret. Those that have expired are cleared away: they only make the snapshot larger.
 *
 * @throws AppError `conflict` for a client that never has a secret, or has too many.
 */
export function addSecret(client: Client, secret: ClientSecret, now: Date): SecretChange {
  checkSecretHolder(client);
  const live = client.secrets.filter((candidate) => isLive(candidate, now));
  if (live.length >= MAX_LIVE_SECRETS) {
    throw new AppError('conflict', {
      detail: `The client has ${MAX_LIVE_SECRETS} secrets that have not expired, which is the limit. Delete one first.`,
      reason: 'too_many_secrets',
    });
  }
  return {
    after: withSecrets(client, [...live, secret], now),
    removed: client.secrets.filter((candidate) => !live.includes(candidate)),
  };
}

/**
 * The client without one of its secrets.
 *
 * @throws AppError `not_found`; `conflict` for one that was used within the last hour, unless it is forced.
 */
export function removeSecret(
  client: Client,
  secretId: string,
  force: boolean,
  now: Date,
): { readonly after: Client; readonly removed: ClientSecret } {
  const secret = client.secrets.find(({ id }) => id === secretId);
  if (secret === undefined) {
    throw new AppError('not_found', { detail: 'No such secret of this client.', reason: 'unknown_secret' });
  }
  const { lastUsedAt } = secret;
  if (!force && lastUsedAt !== null && lastUsedAt.getTime() + MINUTE_MS + HOUR_MS > now.getTime()) {
    throw new AppError('conflict', {
      detail: `The secret was used within the last hour (${lastUsedAt.toISOString()}): somebody may depend on it. Add ?force=true to delete it all the same.`,
      reason: 'secret_in_use',
    });
  }
  const others = client.secrets.filter(({ id }) => id !== secretId);
  return { after: withSecrets(client, others, now), removed: secret };
}

/** The client with other secrets. Its ETag only changes with what is seen of them: whether there is one. */
export function withSecrets(client: Client, secrets: readonly ClientSecret[], now: Date): Client {
  if (hasLiveSecret(client.secrets, now) === hasLiveSecret(secrets, now)) return { ...client, secrets };
  return { ...client, secrets, version: client.version + 1, updatedAt: now };
}

function nameProblem(name: string | null): string | null {
  if (name === null) return null;
  if (name.trim() === '') return 'must not be blank';
  if (name.length > NAME_MAX_LENGTH) return `must have at most ${NAME_MAX_LENGTH} characters`;
  return lineProblem(name);
}
