import { Type, type Static } from '@sinclair/typebox';
import { defineSnapshot, type CallContract, type ReplyOf, type RequestOf } from '#contracts';
import { AppError } from '#errors';
import type { CallContext, MessageClient } from '#messaging';

/** A snapshot for the tests of this library. */
export const ExampleSnapshot = defineSnapshot({
  name: 'registry.example',
  readers: ['tokens'],
  value: Type.Object({ text: Type.String() }),
});
/** The value of `ExampleSnapshot`. */
export type Example = Static<(typeof ExampleSnapshot)['value']>;

/** The owning service with its database, as readers see it through the bus. */
export class FakeOwner implements MessageClient {
  readonly rows = new Map<string, { version: number; value: Example | null }>();
  /** Every load call, by its keys. */
  readonly loads: string[][] = [];
  away = false;
  /** Called between reading the row and answering: a slow answer carries an old state. */
  delay: () => Promise<void> = async () => {};

  async call<C extends CallContract>(contract: C, request: RequestOf<C>, context: CallContext): Promise<ReplyOf<C>> {
    const { keys } = request as { readonly keys: readonly string[] };
    if (this.away) throw new AppError('unavailable');
    if (context.signal.aborted) throw new AppError('cancelled');
    this.loads.push([...keys]);
    const snapshots = keys.map((key) => ({ key, ...(this.rows.get(key) ?? { version: 0, value: null }) }));
    await this.delay();
    if (contract.subject !== ExampleSnapshot.load.subject) throw new AppError('not_found');
    return { snapshots } as ReplyOf<C>;
  }
}
