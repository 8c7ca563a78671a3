import { Clock } from '#host';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { v7 as uuidv7 } from 'uuid';
import { ForwardToSink } from '../application/forwarding/forward-to-sink.js';
import { ForwardToWebhook } from '../application/forwarding/forward-to-webhook.js';
import { ForwardingObserver } from '../domain/forwarding/forwarding-observer.js';
import { ForwardingStore, LeaseLostError, type Lease } from '../domain/forwarding/forwarding-store.js';
import { LogSinks } from '../domain/forwarding/log-sink.js';
import { sinkOf } from '../domain/forwarding/sink-names.js';

const POLL_MS = 500;
/** While the storage or a sink is away. */
const LONGEST_WAIT_MS = 30_000;
/** After how long another replica goes on with what one that died, or stands still, was at. */
const LEASE_SECONDS = 10;
/** A step takes as long as its receivers: meanwhile its lease is prolonged this often. */
const RENEW_MS = 3_000;
/** How long stopping waits for what is under way. */
const STOP_LIMIT_MS = 3_000;
/** Webhooks that one replica serves at once. Each waits for its receiver alone. */
const WEBHOOKS_AT_ONCE = 256;

/**
 * Forwards the log in the background, on every replica: each webhook and each sink is taken by one of them at a time. Nothing waits for
 * it, and it waits for nothing but receivers and the database.
 */
@Injectable()
export class ForwardingSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly holder = uuidv7();
  private readonly stopping = new AbortController();
  private readonly webhooks = new Map<string, Promise<void>>();
  private loops: readonly Promise<void>[] = [];

  constructor(
    private readonly store: ForwardingStore,
    private readonly sinks: LogSinks,
    private readonly forwardToWebhook: ForwardToWebhook,
    private readonly forwardToSink: ForwardToSink,
    private readonly observer: ForwardingObserver,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    this.loops = [
      this.repeat('webhook', () => this.startBusyWebhooks()),
      ...this.sinks.all.map((sink) =>
        this.repeat(sink.name, () =>
          this.underLease({ sink: sink.name, holder: this.holder }, (lease) => this.forwardToSink.execute(lease, sink)),
        ),
      ),
    ];
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopping.abort();
    // What is under way and not noted is sent again: nothing is lost by not waiting for a receiver that hangs.
    const done = Promise.all([...this.loops, ...this.webhooks.values()]);
    await Promise.race([done, sleep(STOP_LIMIT_MS, undefined, { ref: false })]);
  }

  /** Again and again; after a failure later each time. */
  private async repeat(name: string, work: () => Promise<void>): Promise<void> {
    for (let waitMs = POLL_MS; !this.isStopping();) {
      try {
        await work();
        waitMs = POLL_MS;
      } catch (error) {
        if (!(error instanceof LeaseLostError)) this.observer.failed(name, error);
        waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      }
      await this.pause(waitMs * (0.75 + Math.random() / 2));
    }
  }

  private async startBusyWebhooks(): Promise<void> {
    const room = WEBHOOKS_AT_ONCE - this.webhooks.size;
    if (room <= 0) return;
    for (const id of await this.store.busyWebhooks(this.clock.now(), room)) {
      if (this.webhooks.has(id) || this.isStopping()) continue;
      this.webhooks.set(
        id,
        this.forwardWebhook(id).finally(() => this.webhooks.delete(id)),
      );
    }
  }

  /** Never rejects. What failed is found busy again. */
  private async forwardWebhook(id: string): Promise<void> {
    try {
      await this.underLease({ sink: sinkOf(id), holder: this.holder }, (lease) =>
        this.forwardToWebhook.execute(lease, id),
      );
    } catch (error) {
      if (error instanceof LeaseLostError) return;
      this.observer.failed('webhook', error);
      await this.pause(LONGEST_WAIT_MS / 10);
    }
  }

  /** Steps on until there is no more to do, with a fresh lease for every step. Does nothing while it is another's. */
  private async underLease(lease: Lease, step: (lease: Lease) => Promise<boolean>): Promise<void> {
    let more = true;
    try {
      while (more && !this.isStopping() && (await this.store.lease(lease, LEASE_SECONDS))) {
        more = await this.prolonging(lease, () => step(lease));
      }
    } finally {
      await this.store.release(lease);
    }
  }

  /** Prolongs the lease while the step lasts. Where that fails the step finds out when it stores what it has done. */
  private async prolonging<T>(lease: Lease, step: () => Promise<T>): Promise<T> {
    const renewing = setInterval(() => {
      this.store.renew(lease, LEASE_SECONDS).catch(() => undefined);
    }, RENEW_MS);
    try {
      return await step();
    } finally {
      clearInterval(renewing);
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  /** Ends early when the service stops. */
  private async pause(milliseconds: number): Promise<void> {
    await sleep(milliseconds, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}
