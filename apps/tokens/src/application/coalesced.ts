const settled = (): void => {};

/**
 * Shares one piece of work among all who want its result at the same time. Everybody gets a result that was begun *after*
 * they asked, and no more than one runs at any time: load that a stranger causes stays bounded.
 */
export class Coalesced<T> {
  private running: Promise<T> | null = null;
  private next: Promise<T> | null = null;

  constructor(private readonly work: () => Promise<T>) {}

  run(): Promise<T> {
    if (this.next !== null) return this.next;
    if (this.running === null) return this.begin();
    this.next = this.running.then(settled, settled).then(() => {
      this.next = null;
      return this.begin();
    });
    return this.next;
  }

  private begin(): Promise<T> {
    const running = this.work().finally(() => {
      if (this.running === running) this.running = null;
    });
    this.running = running;
    return running;
  }
}
