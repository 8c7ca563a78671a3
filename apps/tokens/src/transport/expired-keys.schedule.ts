import { Logger } from '#observability';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { DropExpiredKeys } from '../application/drop-expired-keys.js';

const EVERY_MS = 600_000;

/** Drops expired keys every now and then, on every instance: dropping twice is dropping once. */
@Injectable()
export class ExpiredKeysSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dropExpiredKeys: DropExpiredKeys,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => void this.run(), EVERY_MS).unref();
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private async run(): Promise<void> {
    try {
      const dropped = await this.dropExpiredKeys.execute();
      if (dropped > 0) this.logger.info({ dropped }, 'Dropped signing keys whose tokens have expired');
    } catch (error) {
      this.logger.warn({ error }, 'Expired signing keys could not be dropped; the next run tries again');
    }
  }
}
