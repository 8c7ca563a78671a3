import type { RetentionClass } from '#contracts';

/** Holds where nobody decided. */
export const DEFAULT_RETENTION: RetentionClass = 'forever';

/** A decision about a realm's events: holds from a UTC day on, until the next one. */
export interface RetentionPolicy {
  readonly retention: RetentionClass;
  /** `YYYY-MM-DD`, UTC. */
  readonly effectiveFrom: string;
}

/**
 * The class of what happened at `time`: that of the policy in force when the UTC day began. A function of the realm's
 * history and the event alone, so that an event delivered again has the same class.
 *
 * @param policies of the realm, in the order in which they were decided.
 */
export function retentionAt(policies: readonly RetentionPolicy[], time: Date): RetentionClass {
  if (policies.length === 0) return DEFAULT_RETENTION;
  const day = time.toISOString().slice(0, 10);
  let inForce: RetentionPolicy | undefined;
  for (const policy of policies) {
    // The later decision counts, also where the clock was put back before it: what it replaced does not come back.
    if (policy.effectiveFrom <= day) inForce = policy;
  }
  return inForce?.retention ?? DEFAULT_RETENTION;
}

/** Events without which nobody could tell what was taken away lawfully from what is missing. */
const KEPT_FOREVER: ReadonlySet<string> = new Set(['audit.retention_applied', 'audit.personal_data_erased']);

/** The class of an event: that of its time, but what tells of lawful absence stays as long as the log. */
export function retentionOf(
  policies: readonly RetentionPolicy[],
  { type, time }: { readonly type: string; readonly time: Date },
): RetentionClass {
  return KEPT_FOREVER.has(type) ? DEFAULT_RETENTION : retentionAt(policies, time);
}

/** Every class that events of the realm can have: where they are looked for. */
export function retentionsEver(policies: readonly RetentionPolicy[]): readonly RetentionClass[] {
  return [...new Set([DEFAULT_RETENTION, ...policies.map(({ retention }) => retention)])];
}
