import { newCallContext } from '#messaging';
import { Logger } from '#observability';
import { setImmediate as turn, setTimeout as sleep } from 'node:timers/promises';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { UsedSecrets } from '../domain/used-secrets.js';
import { ReportUsedSecrets } from '../application/report-used-secrets.js';

/** When what could not be reported at once is tried again, in milliseconds. */
const EVERY_MS = 5_000;
/**
 * Between two reports of new uses, in milliseconds: what comes meanwhile goes into one. Well below the time for which the registry
 * waits for reports before it deletes a secret (`REPORTS_ARRIVE_MS`).
 */
const PAUSE_MS = 100;
const DEADLINE_MS = 4_000;

/**
 * Reports a used secret at once, so that whoever then deletes it is told of the use; while many are new, several times a second all
 * that have come together. What could not be reported is tried again every few seconds, and once more when the service stops,
 * after its last request.
 */
@Injectable()
export class UsedSecretsSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  /** One report after the other: a slow one is not overtaken. */
  private running: Promise<void> = Promise.resolve();
  private asked = false;
  /** The last report did not arrive: until one of the regular ones does, new uses wait for those. */
  private failing = false;
  private stopped = false;

  constructor(
    private readonly usedSecrets: UsedSecrets,
    private readonly reportUsedSecrets: ReportUsedSecrets,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.usedSecrets.onNew(() => {
      this.soon();
    });
    this.next();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
    clearTimeout(this.timer);
    await this.report();
  }

  private soon(): void {
    if (this.asked || this.failing || this.stopped) return;
    this.asked = true;
    this.running = this.running.then(async () => {
      // All of one turn of the event loop in one report.
      await turn();
      this.asked = false;
      await this.report();
      if (!this.stopped) await sleep(PAUSE_MS);
    });
  }

  private next(): void {
    this.timer = setTimeout(() => {
      this.running = this.running
        .then(() => this.report())
        .then(() => {
          if (!this.stopped) this.next();
        });
    }, EVERY_MS).unref();
  }

  private async report(): Promise<void> {
    try {
      await this.reportUsedSecrets.execute(newCallContext({ deadlineMs: DEADLINE_MS }));
      this.failing = false;
    } catch (error) {
      this.failing = true;
      this.logger.warn({ err: error }, 'the last uses of secrets could not be reported; the next report tries again');
    }
  }
}
