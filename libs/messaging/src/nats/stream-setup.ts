import type { Logger } from '#observability';
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';

/** Size and safety of the streams this process creates. */
export interface StreamLimits {
  /** Bytes a stream may hold; when it is full, publishers are refused and nothing is dropped. Default 1 GiB. */
  readonly maxBytes?: number;
  /** Servers of a NATS cluster that keep a copy. Default 1. */
  readonly replicas?: number;
}

/**
 * How long a delivered message may stay unacknowledged before it is delivered again, in milliseconds: after that long others
 * have what a consumer had in hand when it was killed. One that lives tells of itself three times as often.
 */
export const ACK_WAIT_MS = 10_000;
/** The largest message a stream takes, in bytes. */
const MAX_MESSAGE_BYTES = 1_048_576;
/** How long a message id is remembered, in milliseconds; far longer than any publisher repeats a message. */
const DUPLICATE_WINDOW_MS = 120_000;

/** Makes a stream and its durable consumer, or brings existing ones up to date; safe to repeat. */
export async function setUpStream(
  manager: JetStreamManager,
  options: { readonly stream: string; readonly subject: string; readonly consumer: string },
  limits: StreamLimits,
  logger: Logger,
): Promise<void> {
  const changeable = {
    subjects: [options.subject],
    discard: DiscardPolicy.New,
    max_bytes: limits.maxBytes ?? 1_073_741_824,
    max_msg_size: MAX_MESSAGE_BYTES,
    duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    num_replicas: limits.replicas ?? 1,
  };
  await createOrUpdate(
    () =>
      manager.streams.add({
        ...changeable,
        name: options.stream,
        storage: StorageType.File,
        // A message is gone when its one consumer has it; the consumer's database is the record.
        retention: RetentionPolicy.Workqueue,
      }),
    () => manager.streams.update(options.stream, changeable),
    { logger, what: `stream ${options.stream}` },
  );
  const delivery = { ack_wait: nanos(ACK_WAIT_MS), max_deliver: -1, max_ack_pending: 1_000 };
  await createOrUpdate(
    () =>
      manager.consumers.add(options.stream, {
        ...delivery,
        durable_name: options.consumer,
        ack_policy: AckPolicy.Explicit,
        deliver_policy: DeliverPolicy.All,
      }),
    () => manager.consumers.update(options.stream, options.consumer, delivery),
    { logger, what: `consumer ${options.consumer} of ${options.stream}` },
  );
}

/** The server accepts a creation that changes nothing; only a different configuration needs the update. */
async function createOrUpdate(
  create: () => Promise<unknown>,
  update: () => Promise<unknown>,
  context: { readonly logger: Logger; readonly what: string },
): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof JetStreamApiError) || error.status !== 400) throw error;
    try {
      await update();
      context.logger.info({ what: context.what }, 'JetStream configuration updated');
    } catch (updateError) {
      if (!(updateError instanceof JetStreamApiError) || updateError.status !== 400) throw updateError;
      // Working with an old configuration is better than not consuming at all.
      context.logger.error({ err: updateError, what: context.what }, 'JetStream refuses the configuration');
    }
  }
}
