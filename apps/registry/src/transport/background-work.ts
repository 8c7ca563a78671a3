import { newCallContext, type CallContext } from '#messaging';
import { Logger, Readiness } from '#observability';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { EnsureMasterRealm } from '../application/ensure-master-realm.js';
import { ForgetOldAnswers } from '../application/forget-old-answers.js';
import { ForgetOldTombstones } from '../application/forget-old-tombstones.js';
import { GiveUpStaleProvisions } from '../application/give-up-stale-provisions.js';

const FIRST_RETRY_MS = 100;
const LONGEST_RETRY_MS = 5_000;
const ATTEMPT_DEADLINE_MS = 20_000;
const HOUSEKEEPING_EVERY_MS = 30_000;
/** While there is something to bring in step: a long work is done part by part. */
const HOUSEKEEPING_BUSY_MS = 2_000;

/**
 * What the registry does without being asked: makes the realm `master` as soon as the other services answer, and cleans up
 * after processes that died. Never holds up the start, because the other services may be waiting for this one.
 */
@Injectable()
export class BackgroundWork implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly stopped = new AbortController();
  private running: Promise<unknown> = Promise.resolve();
  private masterRealmExists = false;

  constructor(
    private readonly ensureMasterRealm: EnsureMasterRealm,
    private readonly giveUpStaleProvisions: GiveUpStaleProvisions,
    private readonly forgetOldTombstones: ForgetOldTombstones,
    private readonly forgetOldAnswers: ForgetOldAnswers,
    private readonly readiness: Readiness,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.readiness.register('master_realm', () => this.masterRealmExists);
    this.running = Promise.all([this.untilMasterRealmExists(), this.keepHouse()]);
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    await this.running;
  }

  private async untilMasterRealmExists(): Promise<void> {
    for (let waitMs = FIRST_RETRY_MS; !this.isStopped(); waitMs = Math.min(waitMs * 2, LONGEST_RETRY_MS)) {
      try {
        await this.ensureMasterRealm.execute(this.newContext());
        this.masterRealmExists = true;
        return;
      } catch (error) {
        this.logger.warn({ err: error, waitMs }, 'the realm master is not there yet');
        await this.pause(waitMs);
      }
    }
  }

  private async keepHouse(): Promise<void> {
    while (!this.isStopped()) {
      let found = 0;
      try {
        found = await this.giveUpStaleProvisions.execute(this.newContext());
        if (found > 0) this.logger.info({ found }, 'cleaned up after provisions that were never finished');
        await this.forgetOldTombstones.execute();
        await this.forgetOldAnswers.execute();
      } catch (error) {
        this.logger.warn({ err: error }, 'housekeeping has to wait');
      }
      await this.pause(found > 0 ? HOUSEKEEPING_BUSY_MS : HOUSEKEEPING_EVERY_MS);
    }
  }

  private newContext(): CallContext {
    return newCallContext({ deadlineMs: ATTEMPT_DEADLINE_MS, signal: this.stopped.signal });
  }

  private isStopped(): boolean {
    return this.stopped.signal.aborted;
  }

  /** Ends early when the service stops. */
  private pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.isStopped()) {
        resolve();
        return;
      }
      const done = (): void => {
        clearTimeout(timer);
        this.stopped.signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, milliseconds);
      this.stopped.signal.addEventListener('abort', done);
    });
  }
}
