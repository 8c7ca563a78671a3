/**
 * Spares readers the timeout of a store that is away: after a failure the store is left alone for a moment, then one
 * attempt tries it while all others go on without.
 */
export class StoreBreaker {
  private openUntil = 0;
  private probing = false;

  constructor(
    private readonly pauseMs: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Runs the attempt, or answers undefined when the store is not to be tried now or fails. */
  async attempt<T>(run: () => Promise<T>): Promise<T | undefined> {
    const halfOpen = this.openUntil > 0;
    if (halfOpen && (this.probing || this.now() < this.openUntil)) return undefined;
    this.probing = halfOpen;
    try {
      const result = await run();
      this.openUntil = 0;
      return result;
    } catch {
      this.openUntil = this.now() + this.pauseMs;
      return undefined;
    } finally {
      if (halfOpen) this.probing = false;
    }
  }
}
