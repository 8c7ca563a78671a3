import { IDEMPOTENCY_KEPT_SECONDS } from '#contracts';
import { Clock } from '#host';
import { KeptAnswers } from '#idempotency';
import { Injectable } from '@nestjs/common';

/** Lets go of the answers whose keys are over. */
@Injectable()
export class ForgetOldAnswers {
  constructor(
    private readonly answers: KeptAnswers,
    private readonly clock: Clock,
  ) {}

  async execute(): Promise<void> {
    await this.answers.forget(new Date(this.clock.now().getTime() - IDEMPOTENCY_KEPT_SECONDS * 1_000));
  }
}
