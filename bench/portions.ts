/**
 * Numbers from 0 on that are used once each, an equal share in every round: what is there to be measured once must not be used up by the
 * first round.
 */
export class Portions {
  private position = 0;
  private end = 0;

  constructor(
    private readonly total: number,
    private readonly rounds: number,
  ) {}

  /** Begins the next round. @throws RangeError when there is nothing for each. */
  begin(): void {
    const share = Math.floor(this.total / this.rounds);
    if (share === 0) throw new RangeError(`${this.total} are too few for ${this.rounds} rounds`);
    this.position = this.end;
    this.end = Math.min(this.end + share, this.total);
  }

  /** Undefined when the round's share is used up. */
  take(): number | undefined {
    return this.position < this.end ? this.position++ : undefined;
  }
}
