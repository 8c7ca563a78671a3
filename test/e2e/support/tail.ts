import { shape } from './shape.js';

/** A server-sent event (HTML Living Standard §9.2.6). */
export interface EventSourceMessage {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** A live tail of a realm's audit log, as a client that stays connected sees it. */
export class Tail {
  readonly messages: EventSourceMessage[] = [];
  /** When the server ended it, or the connection broke, of `Date.now()`; null while it is open. */
  endedAt: number | null = null;
  /** The last place that was named, to go on from. */
  lastEventId = '';
  private readonly going = new AbortController();

  private constructor(readonly status: number) {}

  static async open(
    realm: string,
    token: string,
    more: { readonly query?: string; readonly base?: string; readonly lastEventId?: string } = {},
  ): Promise<Tail> {
    const going = new AbortController();
    const response = await fetch(
      `${more.base ?? shape().baseUrls[0] ?? ''}/realms/${realm}/audit/tail${more.query ?? ''}`,
      {
        headers: {
          authorization: `Bearer ${token}`,
          ...(more.lastEventId === undefined ? {} : { 'last-event-id': more.lastEventId }),
        },
        signal: going.signal,
      },
    );
    const tail = new Tail(response.status);
    tail.going.signal.addEventListener('abort', () => going.abort());
    void tail
      .read(response)
      .catch(() => undefined)
      .finally(() => (tail.endedAt = Date.now()));
    return tail;
  }

  get ended(): boolean {
    return this.endedAt !== null;
  }

  close(): void {
    this.going.abort();
  }

  private async read(response: Response): Promise<void> {
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      const blocks = (text + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) this.take(block);
    }
  }

  /** Those without data only name a place. */
  private take(block: string): void {
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? '';
    if (field('id') !== '') this.lastEventId = field('id');
    if (field('data') !== '') this.messages.push({ id: field('id'), event: field('event'), data: field('data') });
  }
}
