import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, type RealmBody, type TestClient } from './support/administrator.js';
import type { Answer } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';
import { shape } from './support/shape.js';

/** Each round changes something, and asks every gateway often enough that every instance behind it answers. */
const ROUNDS = 12;
const ASKED_PER_GATEWAY = 4;

/** G2: when a call that takes authority away has returned, no request that arrives afterwards is answered on the old state. */
describe('no stale authority', () => {
  let admin: Administrator;
  let realm: RealmBody;
  const rounds = Array.from({ length: ROUNDS }, (_, round) => round);

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
  });

  const everywhere = (client: TestClient, form: Record<string, string> = {}): Promise<Answer[]> =>
    Promise.all(
      shape().baseUrls.flatMap((base) =>
        Array.from({ length: ASKED_PER_GATEWAY }, () => clientCredentials(client, form, { base })),
      ),
    );
  const statuses = async (client: TestClient): Promise<readonly number[]> => [
    ...new Set((await everywhere(client)).map(({ status }) => status)),
  ];
  const path = (client: TestClient) => `/realms/${client.realm}/clients/${client.id}`;

  it('disabling a client refuses its next request, enabling it lets the next one in', async () => {
    const client = await admin.createServiceClient(realm.name);
    for (const round of rounds) {
      await admin.done('PATCH', path(client), { enabled: false });
      expect({ round, refused: await statuses(client) }).toEqual({ round, refused: [401] });
      await admin.done('PATCH', path(client), { enabled: true });
      expect({ round, granted: await statuses(client) }).toEqual({ round, granted: [200] });
    }
  });

  it('taking the service account away refuses the next request', async () => {
    const client = await admin.createServiceClient(realm.name);
    for (const round of rounds) {
      await admin.done('PATCH', path(client), { service_account_enabled: false });
      expect({ round, refused: await statuses(client) }).toEqual({ round, refused: [400] });
      await admin.done('PATCH', path(client), { service_account_enabled: true });
      expect({ round, granted: await statuses(client) }).toEqual({ round, granted: [200] });
    }
  });

  it('deleting a client refuses its next request', async () => {
    for (const round of rounds) {
      const client = await admin.createServiceClient(realm.name);
      expect({ round, granted: await statuses(client) }).toEqual({ round, granted: [200] });
      await admin.done('DELETE', path(client));
      expect({ round, refused: await statuses(client) }).toEqual({ round, refused: [401] });
    }
  });

  it('a client made again under a name that was asked for in vain works at once', async () => {
    for (const round of rounds) {
      const client = await admin.createServiceClient(realm.name);
      await admin.done('DELETE', path(client));
      expect({ round, refused: await statuses(client) }).toEqual({ round, refused: [401] });
      const again = await admin.createServiceClient(realm.name, { client_id: client.clientId });
      expect({ round, granted: await statuses(again) }).toEqual({ round, granted: [200] });
      expect({ round, refused: await statuses(client) }).toEqual({ round, refused: [401] });
    }
  });

  it('rotating a secret without grace refuses the old one at once', async () => {
    let client = await admin.createServiceClient(realm.name);
    for (const round of rounds) {
      const rotated = await admin.done<{ client_secret: string }>('POST', `${path(client)}/client-secret`, {
        grace_seconds: 0,
      });
      expect({ round, refused: await statuses(client) }).toEqual({ round, refused: [401] });
      client = { ...client, secret: rotated.client_secret };
      expect({ round, granted: await statuses(client) }).toEqual({ round, granted: [200] });
    }
  });

  it('taking a role away takes its permissions out of the next token', async () => {
    const client = await admin.createServiceClient(realm.name);
    const permissions = async (): Promise<readonly boolean[]> => [
      ...new Set(
        (await everywhere(client)).map((answer) => String(tokenOf(answer).claims['scope']).includes('view_clients')),
      ),
    ];
    for (const round of rounds) {
      const unassign = await admin.assignRole(client, 'viewer');
      expect({ round, held: await permissions() }).toEqual({ round, held: [true] });
      expect((await unassign()).status).toBe(204);
      expect({ round, held: await permissions() }).toEqual({ round, held: [false] });
    }
  });

  it('disabling a realm refuses all of its clients, enabling it lets them in', async () => {
    const other = await admin.createRealm();
    const clients = await Promise.all([0, 1, 2].map(() => admin.createServiceClient(other.name)));
    const allStatuses = async (): Promise<readonly boolean[]> => {
      const answers = await Promise.all(clients.map((client) => everywhere(client)));
      return [...new Set(answers.flat().map(({ status }) => status === 200))];
    };
    for (const round of rounds) {
      await admin.done('PUT', `/realms/${other.name}`, { enabled: false });
      expect({ round, granted: await allStatuses() }).toEqual({ round, granted: [false] });
      await admin.done('PUT', `/realms/${other.name}`, { enabled: true });
      expect({ round, granted: await allStatuses() }).toEqual({ round, granted: [true] });
    }
  });

  it('holds while requests for the same client never stop', async () => {
    const client = await admin.createServiceClient(realm.name);
    let stopped = false;
    let disabledSince: number | null = null;
    const stale: number[] = [];
    const seen = new Set<number>();
    const askForever = async (base: string): Promise<void> => {
      while (!stopped) {
        const sentAt = performance.now();
        const { status } = await clientCredentials(client, {}, { base });
        seen.add(status);
        // Only what was sent after the disable had returned, and answered before the next change was asked for, must be refused.
        if (status === 200 && disabledSince !== null && sentAt > disabledSince) stale.push(sentAt - disabledSince);
      }
    };
    const load = shape().baseUrls.flatMap((base) => [askForever(base), askForever(base), askForever(base)]);
    for (const _round of rounds) {
      await admin.done('PATCH', path(client), { enabled: false });
      disabledSince = performance.now();
      await new Promise((resolve) => setTimeout(resolve, 60));
      disabledSince = null;
      await admin.done('PATCH', path(client), { enabled: true });
      await new Promise((resolve) => setTimeout(resolve, 30));
    }
    stopped = true;
    await Promise.all(load);
    expect(stale).toEqual([]);
    expect([...seen].sort()).toEqual([200, 401]);
  });
});
