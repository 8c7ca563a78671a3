import { Logger } from '#observability';
import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SignDueCheckpoints } from '../application/sign-due-checkpoints.js';

/** With the pause that trees are left in peace after a checkpoint (4 s), at most 7 s pass from an event to its checkpoint. */
const EVERY_MS = 3_000;

/** Signs what has grown, on every instance: signing twice is signing once. */
@Injectable()
export class CheckpointSchedule implements OnApplicationBootstrap, OnModuleDestroy {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | null = null;
  private isFailing = false;

  constructor(
    private readonly signDueCheckpoints: SignDueCheckpoints,
    private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    this.timer = setInterval(() => {
      this.running ??= this.run().finally(() => {
        this.running = null;
      });
    }, EVERY_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    let fault: unknown;
    try {
      fault = (await this.signDueCheckpoints.execute()).fault;
    } catch (error) {
      fault = error;
    }
    // Said once, not every three seconds.
    if (fault !== null && !this.isFailing) {
      this.logger.warn(
        { error: fault },
        'Checkpoints of the audit log could not be signed; tried again until they can',
      );
    }
    this.isFailing = fault !== null;
  }
}
