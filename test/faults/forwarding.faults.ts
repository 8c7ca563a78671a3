import { startCluster, type Cluster, type NodeProcess } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administrator, unique, type Page, type TestClient } from '../e2e/support/administrator.js';
import { clientCredentials, tokenOf } from '../e2e/support/protocol.js';
import { useShape } from '../e2e/support/shape.js';
import { ownerOfPort } from './support/socket-owner.js';
import { untilDone } from './support/until-done.js';
import { WebhookReceiver } from './support/webhook-receiver.js';

const PATIENCE_MS = 60_000;
/** For how long a delivery is tried before it counts as dead. */
const RETRY_SECONDS = 12;

interface WebhookBody {
  readonly id: string;
  readonly pending: number;
  readonly dead: number;
  readonly failing_since: string | null;
}

async function until<T>(look: () => Promise<T> | T, good: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + PATIENCE_MS; ; await sleep(50)) {
    const value = await look();
    if (good(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${(JSON.stringify(value) ?? '').slice(0, 500)}`);
  }
}

/** Instances of the audit service die and stand still while they send the log to receivers. */
describe('forwarding under faults', () => {
  let cluster: Cluster;
  let admin: Administrator;
  let client: TestClient;
  const receivers: WebhookReceiver[] = [];
  const crashes: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster({
      replicas: { audit: 2 },
      silent: true,
      env: {
        CHANCERY_WEBHOOK_ALLOW_HTTP: 'true',
        CHANCERY_WEBHOOK_ALLOW_PRIVATE_ADDRESSES: 'true',
        CHANCERY_WEBHOOK_RETRY_SECONDS: String(RETRY_SECONDS),
      },
      onCrash: (process, how) => {
        crashes.push(`${process.title} (${how}):\n${process.logTail()}`);
      },
    });
    const { baseUrls, adminUsername, adminPassword } = cluster;
    useShape({ kind: 'cluster', baseUrls, adminUsername, adminPassword });
    admin = await Administrator.signIn();
    client = await admin.createServiceClient((await admin.createRealm()).name);
    // The roles that a realm comes with are no news to who subscribes now, once they are in the log.
    await admin.auditEvents(client.realm, { type: 'role.created' }, 2);
  }, 120_000);

  afterAll(async () => {
    for (const receiver of receivers) receiver.stop();
    await cluster.stop();
    expect(crashes).toEqual([]);
  }, 60_000);

  const restart = async (process: NodeProcess): Promise<void> => {
    process.spawn();
    await process.waitUntilReady();
  };

  const receiver = async (): Promise<WebhookReceiver> => {
    const made = await new WebhookReceiver().start();
    receivers.push(made);
    return made;
  };
  const createWebhook = (url: string, types: readonly string[]) =>
    admin.done<WebhookBody>('POST', `/realms/${client.realm}/webhooks`, { url, event_types: types });
  const read = async ({ id }: WebhookBody): Promise<WebhookBody> => {
    const answer = await untilDone(() => admin.ask('GET', `/realms/${client.realm}/webhooks/${id}`));
    return (answer.body as { data: WebhookBody }).data;
  };
  const tokens = async (count: number): Promise<readonly string[]> => {
    const answers = await Promise.all(Array.from({ length: count }, () => clientCredentials(client)));
    return answers.map((answer) => tokenOf(answer).claims.jti);
  };
  const allTaken = (at: WebhookReceiver, jtis: readonly string[]) =>
    until(
      () => jtis.filter((jti) => !at.jtis.has(jti)),
      (missing) => missing.length === 0,
    );
  /** The instance that is at this moment sending to the receiver, which does not answer. */
  const senderTo = async (at: WebhookReceiver): Promise<NodeProcess> => {
    const processes = cluster.processes('audit');
    const pids = processes.flatMap(({ pid }) => pid ?? []);
    const owner = await until(
      () => [...at.waiting].map((port) => ownerOfPort(port, pids)).find((pid) => pid !== undefined),
      (pid) => pid !== undefined,
    );
    const sender = processes.find(({ pid }) => pid === owner);
    if (sender === undefined) throw new Error('The sender is none of the audit service.');
    return sender;
  };

  it('who dies, or stands still, while it forwards is followed by the other: every event arrives', async () => {
    const at = await receiver();
    const deaf = await receiver();
    deaf.mood = 500;
    const webhook = await createWebhook(at.url, ['token.issued']);
    const toDeaf = await createWebhook(deaf.url, ['role.created']);
    await admin.done('POST', `/realms/${client.realm}/roles`, { name: unique('role'), permissions: [] });
    const jtis: string[] = [...(await tokens(40))];
    await allTaken(at, jtis);

    // Killed with messages under way.
    at.mood = null;
    jtis.push(...(await tokens(40)));
    const killed = await senderTo(at);
    await killed.kill('SIGKILL');
    at.mood = 204;
    await allTaken(at, jtis);
    await restart(killed);

    // It stands still, past its lease, with messages under way; what it says afterwards counts no more.
    at.mood = null;
    jtis.push(...(await tokens(40)));
    const stopped = await senderTo(at);
    process.kill(stopped.pid ?? 0, 'SIGSTOP');
    try {
      at.mood = 204;
      await allTaken(at, jtis);
    } finally {
      process.kill(stopped.pid ?? 0, 'SIGCONT');
    }
    jtis.push(...(await tokens(40)));
    await allTaken(at, jtis);
    const done = await until(
      () => read(webhook),
      ({ pending, failing_since }) => pending === 0 && failing_since === null,
    );
    expect(done.dead).toBe(0);

    // Meanwhile the deaf one's delivery has died, which is shown; told to, it is tried again.
    await until(
      () => read(toDeaf),
      ({ dead }) => dead === 1,
    );
    const path = `/realms/${client.realm}/webhooks/${toDeaf.id}/deliveries`;
    const { data } = await admin.done<Page<{ id: string; last_error: string }>>('GET', `${path}?status=dead`);
    expect(data).toEqual([expect.objectContaining({ status: 'dead', last_error: 'it answered 500' })]);
    deaf.mood = 204;
    await admin.done('POST', `${path}/${data[0]?.id ?? ''}/retry`);
    await until(
      () => read(toDeaf),
      ({ dead, pending }) => dead + pending === 0,
    );
    expect([...deaf.taken.values()]).toEqual([1]);
  }, 240_000);
});
