import type { DurableEventContract } from '#contracts';
import type { Logger } from '#observability';
import type { TypeCheck } from '@sinclair/typebox/compiler';
import type { TSchema } from '@sinclair/typebox';
import { setImmediate } from 'node:timers/promises';
import { isObservable, lastValueFrom } from 'rxjs';
import { compiledEvent, violation } from '../compiled-contract.js';
import type { DurableBatch } from '../ports.js';
import type { IncomingDurableMessage } from '../transport.js';
import { textOf } from '../wire.js';

/** A durable handler as Nest hands it over. */
export type DurableHandler = (batch: DurableBatch<unknown>, context: undefined) => unknown;

/** The most events one call of a handler gets, unless one message alone holds more. */
const MAX_EVENTS_PER_BATCH = 1_000;

/** Events that are decoded before others get their turn of the event loop. */
const EVENTS_AT_A_STRETCH = 100;

interface MutableBatch {
  readonly events: unknown[];
  readonly poison: { payload: string; error: string }[];
  readonly messages: IncomingDurableMessage[];
}

/** Turns the messages of a stream into validated batches for one handler, and its outcome into acknowledgements. */
export class DurableRoute {
  private readonly check: TypeCheck<TSchema>;

  constructor(
    readonly contract: DurableEventContract,
    private readonly handler: DurableHandler,
    private readonly logger: Logger | undefined,
  ) {
    this.check = compiledEvent(contract);
  }

  /**
   * Hands messages on in order, a batch while the one before is still underway, so that a handler can be busy with the one and
   * wait for the other. What was not handled is asked for again, never dropped.
   */
  async consume(messages: readonly IncomingDurableMessage[]): Promise<void> {
    let before = Promise.resolve();
    let latest = Promise.resolve();
    for await (const batch of this.batches(messages)) {
      await before;
      before = latest;
      latest = this.handle(batch);
    }
    await Promise.all([before, latest]);
  }

  /** Never rejects. */
  private async handle({ events, poison, messages }: MutableBatch): Promise<void> {
    const count = events.length;
    try {
      const result = await this.handler({ events, poison }, undefined);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    } catch (error) {
      this.logger?.error(
        { err: error, subject: this.contract.subject, events: count },
        'durable events were not handled and will come again',
      );
      for (const message of messages) message.retry();
      return;
    }
    for (const message of messages) message.ack();
  }

  /** A message is never split: it is acknowledged as a whole. */
  private async *batches(messages: readonly IncomingDurableMessage[]): AsyncGenerator<MutableBatch> {
    let batch: MutableBatch = { events: [], poison: [], messages: [] };
    let decoded = 0;
    for (const [number, message] of messages.entries()) {
      this.decode(message.payload, batch);
      batch.messages.push(message);
      const size = batch.events.length + batch.poison.length;
      if (size >= MAX_EVENTS_PER_BATCH) {
        yield batch;
        batch = { events: [], poison: [], messages: [] };
        decoded = 0;
      } else if (size - decoded >= EVENTS_AT_A_STRETCH && number + 1 < messages.length) {
        decoded = size;
        await setImmediate();
      }
    }
    if (batch.messages.length > 0) yield batch;
  }

  private decode(payload: Uint8Array, batch: MutableBatch): void {
    const text = textOf(payload);
    let events: unknown;
    try {
      events = JSON.parse(text);
    } catch {
      batch.poison.push({ payload: text, error: 'not JSON' });
      return;
    }
    if (!Array.isArray(events)) {
      batch.poison.push({ payload: text, error: 'not a list of events' });
      return;
    }
    for (const event of events as unknown[]) {
      if (this.check.Check(event)) batch.events.push(event);
      else batch.poison.push({ payload: JSON.stringify(event), error: violation(this.check, event) });
    }
  }
}
