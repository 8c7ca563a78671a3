import { AppError } from '#errors';

/**
 * The stream (or, in process, the consumer) has answered that it does not take a message. Unlike an answer that stays out this is
 * certain: nothing was kept.
 */
export class PublishRefused extends AppError {
  constructor(reason: string) {
    super('unavailable', { reason });
  }
}
