import { RedisSnapshotStore } from '#cache';
import { loadSettings } from '#config';
import type { DurableEventContract, EventOf } from '#contracts';
import { PlatformSettings, startService, SystemClock } from '#host';
import { DurablePublisher, NatsTransport, TransportDurablePublisher, type CallContext } from '#messaging';
import { ManagementServer, PinoLogger, Readiness } from '#observability';
import { tokensService } from '../../apps/tokens/src/index.js';

/**
 * The tokens service with a publisher that need not wait: SIGUSR2 switches between waiting for the acknowledgement of each record,
 * as the product always does, and letting tokens go before. It is put together here, so there is nothing in the product that could
 * be set this way.
 */
class PublisherOfChoice extends DurablePublisher {
  waits = true;

  constructor(private readonly publisher: DurablePublisher) {
    super();
  }

  override publish<E extends DurableEventContract>(
    contract: E,
    event: EventOf<E>,
    context: CallContext,
  ): Promise<void> {
    const durable = this.publisher.publish(contract, event, context);
    if (this.waits) return durable;
    durable.catch(() => {});
    return Promise.resolve();
  }
}

const platform = loadSettings(PlatformSettings, process.env);
const logger = PinoLogger.create('warn').child({ service: 'tokens' });
const readiness = new Readiness();
let started = false;
readiness.register('started', () => started);
await ManagementServer.start({ host: '127.0.0.1', port: platform.managementPort ?? 0, readiness });
const transport = await NatsTransport.connect({ url: platform.natsUrl ?? '', name: 'tokens', logger });
const publisher = new PublisherOfChoice(new TransportDurablePublisher(transport, 'tokens', logger));
process.on('SIGUSR2', () => {
  publisher.waits = !publisher.waits;
});
await startService(tokensService, {
  transport,
  snapshotStore: RedisSnapshotStore.connect(platform.redisUrl ?? '', { logger }),
  databaseUrl: platform.databaseUrl ?? null,
  databasePoolSize: 10,
  logger,
  clock: new SystemClock(),
  readiness,
  environment: process.env,
  migrate: false,
  snapshotCacheBytes: platform.snapshotCacheMegabytes * 1_048_576,
  provided: [{ provide: DurablePublisher, useValue: publisher }],
});
started = true;
