import { MemorySnapshotStore } from '#cache';
import { AuditEventRecorded } from '#contracts';
import { startService, SystemClock } from '#host';
import { InProcessTransport, NatsTransport } from '#messaging';
import { Readiness, SilentLogger } from '#observability';
import { v7 as uuidv7 } from 'uuid';
import { auditService } from '../../apps/audit/src/index.js';
import { tokenEventMessages } from '../audit-events.js';
import { cpuMicroseconds, withDescendants } from '../processes.js';

/** The audit service alone. With NATS it consumes until it is ended; without, it takes `events` in and tells how that went. */
interface Arguments {
  readonly databaseUrl: string;
  readonly natsUrl: string | null;
  readonly events: number;
  readonly postgresPid: number;
}

const given = JSON.parse(process.argv[2] ?? '{}') as Arguments;
const logger = new SilentLogger();
const transport =
  given.natsUrl === null
    ? new InProcessTransport()
    : await NatsTransport.connect({ url: given.natsUrl, name: 'audit', logger });
await startService(auditService, {
  transport,
  snapshotStore: new MemorySnapshotStore(),
  databaseUrl: given.databaseUrl,
  databasePoolSize: 4,
  logger,
  clock: new SystemClock(),
  readiness: new Readiness(),
  environment: { CHANCERY_MASTER_KEY: Buffer.alloc(32, 7).toString('base64') },
  migrate: true,
  snapshotCacheBytes: 100_000,
});

if (given.natsUrl !== null) {
  console.log(JSON.stringify({ ready: true }));
} else {
  const messages = tokenEventMessages(given.events);
  const postgres = (): number => withDescendants(given.postgresPid).reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
  const before = { at: performance.now(), postgres: postgres(), own: process.cpuUsage() };
  await Promise.all(
    messages.map((message) =>
      transport.publishDurable(AuditEventRecorded.subject, message, { messageId: uuidv7(), timeoutMs: 300_000 }),
    ),
  );
  const own = process.cpuUsage(before.own);
  console.log(
    JSON.stringify({
      seconds: (performance.now() - before.at) / 1_000,
      postgres: postgres() - before.postgres,
      audit: own.user + own.system,
    }),
  );
}
