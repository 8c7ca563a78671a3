/** The wait before the second attempt, in milliseconds. */
const FIRST_WAIT_MS = 5_000;
/** The longest wait between two attempts, in milliseconds. */
const LONGEST_WAIT_MS = 3_600_000;

/**
 * When to try again after so many attempts that failed: exponentially later, between half and the whole of the wait by chance,
 * so that receivers are not met by everybody at once when they are back. Null when it is time to give up.
 *
 * @param chance 0 ≤ chance < 1.
 */
export function nextAttempt(
  facts: { readonly attempts: number; readonly firstAttemptAt: Date; readonly now: Date; readonly retryForMs: number },
  chance: number,
): Date | null {
  const { attempts, firstAttemptAt, now, retryForMs } = facts;
  const wait = Math.min(FIRST_WAIT_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_WAIT_MS);
  const at = new Date(now.getTime() + wait * (0.5 + chance / 2));
  return at.getTime() - firstAttemptAt.getTime() > retryForMs ? null : at;
}
