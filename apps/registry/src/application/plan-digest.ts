import type { ConfigurationResult } from '#contracts';
import { AppError } from '#errors';
import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';

/** Names a plan by all that it shows: what changes, from what to what, and whose tokens change with it (RFC 8785 under SHA-256). */
export function planDigest(
  realmId: string,
  { changes, impact }: Pick<ConfigurationResult, 'changes' | 'impact'>,
): string {
  return createHash('sha256')
    .update(canonicalize({ realm: realmId, changes, impact }) ?? '')
    .digest('base64url');
}

/** @throws AppError `precondition_failed` when the plan is not the one that was agreed to. */
export function requireAgreedPlan(agreed: string | null, digest: string): void {
  if (agreed === null || agreed === digest) return;
  throw new AppError('precondition_failed', {
    detail: 'The realm has changed since the plan was made, so applying it would do something else. Plan again.',
    reason: 'another_plan',
  });
}
