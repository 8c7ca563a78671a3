/** Longest that work waits for company while earlier messages are under way, in milliseconds. */
const MAX_WAIT_MS = 1;

/**
 * Gathers work for one subject into few messages. While few messages are under way what came in this turn of the event loop
 * leaves at its end, so a lone caller waits for nobody. With `free` messages under way the road is busy: work then gathers
 * until one of them returns, until it fills a message, or for 1 ms. Under load that makes the groups larger exactly when the
 * cost of a message matters; a message that never returns delays nobody by more than the millisecond.
 */
export class Gathering<T> {
  private items: T[] = [];
  private underWay = 0;
  private immediate: NodeJS.Immediate | undefined;
  private timer: NodeJS.Timeout | undefined;

  /**
   * @param free messages under way below which nothing waits.
   * @param full items that fill a message.
   * @param send sends the items in as many messages as it takes: one promise for each, which must not reject.
   */
  constructor(
    private readonly free: number,
    private readonly full: number,
    private readonly send: (items: readonly T[]) => readonly Promise<void>[],
  ) {}

  add(item: T): void {
    this.items.push(item);
    if (this.underWay < this.free || this.items.length >= this.full) this.leaveThisTurn();
    else this.timer ??= setTimeout(this.leave, MAX_WAIT_MS);
  }

  private leaveThisTurn(): void {
    this.immediate ??= setImmediate(this.leave);
  }

  private readonly leave = (): void => {
    clearImmediate(this.immediate);
    clearTimeout(this.timer);
    this.immediate = undefined;
    this.timer = undefined;
    const { items } = this;
    this.items = [];
    for (const message of this.send(items)) {
      this.underWay++;
      void message.then(this.returned);
    }
  };

  private readonly returned = (): void => {
    this.underWay--;
    if (this.items.length > 0) this.leaveThisTurn();
  };
}
