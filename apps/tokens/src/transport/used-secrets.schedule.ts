import { newCallContext } from '#messaging';
import { Logger } from '#observability';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { ReportUsedSecrets } from '../application/report-used-secrets.js';

/** What a killed process can lose of the last uses of secrets, in milliseconds. */
const EVERY_MS = 5_000;
const DEADLINE_MS = 4_000;

/** Reports used secrets every few seconds, and once more when the service stops, after its last request. */
@Injectable()
export class UsedSecretsSchedule implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly reportUsedSecrets: ReportUsedSecrets,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.next();
  }

  async beforeApplicationShutdown(): Promise<void> {
    clearTimeout(this.timer);
    await this.running;
    clearTimeout(this.timer);
    await this.report();
  }

  /** One after the other: a slow report is not overtaken. */
  private next(): void {
    this.timer = setTimeout(() => {
      this.running = this.report().then(() => {
        this.next();
      });
    }, EVERY_MS).unref();
  }

  private async report(): Promise<void> {
    try {
      await this.reportUsedSecrets.execute(newCallContext({ deadlineMs: DEADLINE_MS }));
    } catch (error) {
      this.logger.warn({ err: error }, 'the last uses of secrets could not be reported; the next report tries again');
    }
  }
}
