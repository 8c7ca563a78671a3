import { SnapshotWriter, type PublishedSnapshot, type SnapshotTarget } from '#cache';
import type { CallContract, ReplyOf, RequestOf } from '#contracts';
import { Outbox } from '#database';
import { AppError } from '#errors';
import { MessageClient, type CallContext } from '#messaging';

/** Other services, as functions by subject; a call to one that is not given fails as unavailable. */
export class FakeMessageClient extends MessageClient {
  readonly calls: { readonly subject: string; readonly request: unknown }[] = [];
  private readonly answers = new Map<string, (request: never) => unknown>();

  on<C extends CallContract>(contract: C, answer: (request: RequestOf<C>) => ReplyOf<C> | Promise<ReplyOf<C>>): this {
    this.answers.set(contract.subject, answer);
    return this;
  }

  async call<C extends CallContract>(contract: C, request: RequestOf<C>, _context: CallContext): Promise<ReplyOf<C>> {
    this.calls.push({ subject: contract.subject, request });
    const answer = this.answers.get(contract.subject);
    if (answer === undefined) throw new AppError('unavailable', { reason: 'no_responders' });
    return (await answer(request as never)) as ReplyOf<C>;
  }

  /** The requests that were sent to one subject. */
  sentTo<C extends CallContract>(contract: C): readonly RequestOf<C>[] {
    return this.calls
      .filter(({ subject }) => subject === contract.subject)
      .map(({ request }) => request as RequestOf<C>);
  }
}

/** Notes what is fenced and published; can be made to refuse. */
export class FakeSnapshotWriter extends SnapshotWriter {
  readonly log: string[] = [];
  readonly published: PublishedSnapshot[] = [];
  available = true;

  async change<T>(
    targets: readonly SnapshotTarget[],
    change: () => Promise<{ readonly result: T; readonly snapshots: readonly PublishedSnapshot[] }>,
  ): Promise<T> {
    if (!this.available) throw new AppError('unavailable', { reason: 'fence_failed' });
    this.log.push(...targets.map(({ contract, key }) => `fence ${contract.name}:${key}`));
    const { result, snapshots } = await change();
    for (const snapshot of snapshots) {
      this.log.push(`publish ${snapshot.contract.name}:${snapshot.key}${snapshot.value === null ? ' (absent)' : ''}`);
      this.published.push(snapshot);
    }
    return result;
  }
}

/** An outbox for tests whose transactions keep what they are given themselves. */
export class FakeOutbox extends Outbox {
  flushes = 0;
  record(): Promise<void> {
    return Promise.resolve();
  }
  call(): Promise<void> {
    return Promise.resolve();
  }
  async flush(): Promise<void> {
    this.flushes += 1;
  }
}
