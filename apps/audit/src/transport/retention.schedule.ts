import { Logger } from '#observability';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { ApplyRetention } from '../application/apply-retention.js';

/** Partitions are prepared for days; what has expired waits an hour at most. */
const EVERY_MS = 3_600_000;

/** Applies retention at the start and every now and then, on every instance: the database lets one at a time work. */
@Injectable()
export class RetentionSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly applyRetention: ApplyRetention,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.running = this.run();
    this.timer = setInterval(() => {
      this.running = this.running.then(() => this.run());
    }, EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    try {
      await this.applyRetention.execute();
    } catch (error) {
      this.logger.warn({ err: error }, 'retention could not be applied; the next run goes on');
    }
  }
}
