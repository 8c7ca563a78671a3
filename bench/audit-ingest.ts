import { AuditEventRecorded } from '#contracts';
import { NatsTransport } from '#messaging';
import { SilentLogger } from '#observability';
import { startNats, type PrivateServer } from '#testing';
import { NODE_OPTIONS } from '#topology';
import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { v7 as uuidv7 } from 'uuid';
import { tokenEventMessages } from './audit-events.js';
import { cpuMicroseconds, firstLine, withDescendants } from './processes.js';
import { median, spread } from './statistics.js';

interface Ingested {
  readonly perSecond: number;
  /** CPU µs for each event. */
  readonly postgres: number;
  readonly audit: number;
}

/** Takes events into an empty log, straight and from JetStream, in turns. */
export async function benchIngest(
  postgres: PrivateServer,
  databaseUrl: (name: string) => Promise<string>,
  options: { readonly events: number; readonly rounds: number },
): Promise<void> {
  const results = new Map<string, Ingested[]>([
    ['straight into the service', []],
    ['from JetStream', []],
  ]);
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const [name, rounds] of results) {
      const url = await databaseUrl(
        `ingest_${String(round)}_${String(rounds.length)}_${name.startsWith('f') ? 'bus' : 'direct'}`,
      );
      const measured =
        name === 'from JetStream'
          ? await overBus(postgres, url, options.events)
          : await direct(postgres, url, options.events);
      rounds.push(measured);
      console.log(`round ${String(round)}  ${name.padEnd(26)} ${measured.perSecond.toFixed(0).padStart(6)} events/s`);
    }
  }
  console.log(
    '\n| ingest | events/s, median | rounds | CPU µs for each event: audit | PostgreSQL |\n|---|---|---|---|---|',
  );
  for (const [name, rounds] of results) {
    const rates = rounds.map(({ perSecond }) => perSecond);
    console.log(
      `| ${name} | ${median(rates).toFixed(0)} | ${spread(rates)} | ${median(rounds.map(({ audit }) => audit)).toFixed(1)} | ${median(rounds.map((run) => run.postgres)).toFixed(1)} |`,
    );
  }
}

function startAudit(given: object): ChildProcess {
  const peer = fileURLToPath(new URL('./peers/audit-service.js', import.meta.url));
  const child = spawn(process.execPath, [...NODE_OPTIONS, peer, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  process.once('exit', () => child.kill('SIGKILL'));
  return child;
}

async function direct(postgres: PrivateServer, databaseUrl: string, events: number): Promise<Ingested> {
  const child = startAudit({ databaseUrl, natsUrl: null, events, postgresPid: postgres.pid });
  try {
    const told = (await firstLine(child, 300_000)) as { seconds: number; postgres: number; audit: number };
    return { perSecond: events / told.seconds, postgres: told.postgres / events, audit: told.audit / events };
  } finally {
    child.kill('SIGKILL');
  }
}

async function overBus(postgres: PrivateServer, databaseUrl: string, events: number): Promise<Ingested> {
  const nats = await startNats();
  const child = startAudit({ databaseUrl, natsUrl: nats.url, events, postgresPid: postgres.pid });
  const messages = tokenEventMessages(events);
  const transport = await NatsTransport.connect({ url: nats.url, name: 'tokens', logger: new SilentLogger() });
  const connection = await connect({ servers: nats.url });
  try {
    await firstLine(child, 60_000);
    const manager = await jetstreamManager(connection);
    const used = (pids: readonly number[]): number => pids.reduce((sum, pid) => sum + cpuMicroseconds(pid), 0);
    const now = () => ({
      at: performance.now(),
      postgres: used(withDescendants(postgres.pid)),
      audit: used([child.pid ?? 0]),
    });
    const before = now();
    await Promise.all(
      messages.map((message) =>
        transport.publishDurable(AuditEventRecorded.subject, message, { messageId: uuidv7(), timeoutMs: 300_000 }),
      ),
    );
    // A message leaves the stream when it is stored.
    while ((await manager.streams.info(AuditEventRecorded.stream)).state.messages > 0) await sleep(20);
    const after = now();
    return {
      perSecond: (events * 1_000) / (after.at - before.at),
      postgres: (after.postgres - before.postgres) / events,
      audit: (after.audit - before.audit) / events,
    };
  } finally {
    child.kill('SIGKILL');
    await connection.close();
    await transport.drain();
    await nats.stop();
  }
}
