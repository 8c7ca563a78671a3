import { AppError } from '#errors';

/** How many rows one portion concerns: a fraction of a second even where one session serves everybody. */
export const PORTION_ROWS = 1_000;

/** How long one call works, in milliseconds; well below any contract's deadline. */
const BUDGET_MS = 1_500;

/** The reason of the error that means: part of it is done, ask again. */
export const NOT_FINISHED = 'not_finished';

/**
 * Does work of any size in portions, each a transaction of its own, for as long as one call may take. What is called again does the
 * rest, so the work must be such that what is done is not found again.
 *
 * @param portion does one portion and tells whether there may be more.
 * @throws AppError `unavailable` (`NOT_FINISHED`) when there is more to do; the outbox then calls again a second later.
 */
export async function inPortions(portion: () => Promise<boolean>, budgetMs = BUDGET_MS): Promise<void> {
  const started = performance.now();
  while (await portion()) {
    if (performance.now() - started > budgetMs) {
      throw new AppError('unavailable', { reason: NOT_FINISHED, retryAfterSeconds: 1 });
    }
  }
}
