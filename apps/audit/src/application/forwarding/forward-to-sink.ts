import { Injectable } from '@nestjs/common';
import { ForwardingObserver } from '../../domain/forwarding/forwarding-observer.js';
import { ForwardingStore, type Lease } from '../../domain/forwarding/forwarding-store.js';
import { LogFeed } from '../../domain/forwarding/log-feed.js';
import type { LogSink } from '../../domain/forwarding/log-sink.js';

/** Events that a sink is sent at a time. */
const BATCH = 1_000;

/**
 * Takes a sink of the instance a step further. A new one begins with what enters the log from then on. Its place moves when the
 * receiver has a batch, so what was sent and not noted when a process dies is sent again.
 */
@Injectable()
export class ForwardToSink {
  constructor(
    private readonly store: ForwardingStore,
    private readonly feed: LogFeed,
    private readonly observer: ForwardingObserver,
  ) {}

  /** Whether there is more to do at once. @throws what the sink or the storage throws: then try later. */
  async execute(lease: Lease, sink: LogSink): Promise<boolean> {
    const sizes = await this.feed.sizes();
    const positions = await this.store.positions(sink.name);
    if (positions === null) {
      await this.store.savePositions(lease, sizes);
      return false;
    }
    const behind = [...sizes].map(([realmId, size]) => ({ realmId, events: size - (positions.get(realmId) ?? 0) }));
    this.observer.behind(
      sink.name,
      behind.reduce((sum, { events }) => sum + Math.max(0, events), 0),
    );
    let more = false;
    for (const { realmId } of behind.filter(({ events }) => events > 0)) {
      const read = await this.feed.read(realmId, positions.get(realmId) ?? 0, BATCH);
      if (read.length > 0) {
        await this.send(
          sink,
          read.map(({ event }) => event),
        );
      }
      // Without any: retention has dropped them all.
      const next = read.at(-1)?.index;
      await this.store.savePositions(
        lease,
        new Map([[realmId, next === undefined ? (sizes.get(realmId) ?? 0) : next + 1]]),
      );
      more ||= read.length === BATCH;
    }
    return more;
  }

  private async send(sink: LogSink, events: Parameters<LogSink['send']>[0]): Promise<void> {
    let rejected = events.length;
    try {
      rejected = await sink.send(events);
    } finally {
      this.observer.attempted(sink.name, events.length - rejected, rejected);
    }
  }
}
