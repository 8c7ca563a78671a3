import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administrator, unique, type Page, type RealmBody } from './support/administrator.js';
import { expectInvalidMember, expectProblem } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';

interface WebhookBody {
  readonly id: string;
  readonly secret?: string;
  readonly pending: number;
  readonly dead: number;
  readonly failing_since: string | null;
}
interface Got {
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

async function until<T>(look: () => Promise<T> | T, good: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 20_000; ; await sleep(50)) {
    const value = await look();
    if (good(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${(JSON.stringify(value) ?? '').slice(0, 300)}`);
  }
}

describe('webhooks', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let base: string;
  const servers: Server[] = [];

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    // The roles that a realm comes with are no news to who subscribes now, once they are in the log.
    await admin.auditEvents(realm.name, { type: 'role.created' }, 2);
    base = `/realms/${realm.name}/webhooks`;
  });

  afterEach(() => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
  });

  /** A receiver of its own; `answer` may change. */
  async function receiver(answer = 204) {
    const state = { answer, got: [] as Got[], url: '' };
    const server = createServer((request, response) => {
      let text = '';
      request.on('data', (chunk) => (text += String(chunk)));
      request.on('end', () => {
        state.got.push({ headers: request.headers, text });
        response.writeHead(state.answer).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    servers.push(server);
    state.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/audit`;
    return state;
  }

  const create = (url: string, members: object = {}, path = base) =>
    admin.done<WebhookBody>('POST', path, { url, ...members });
  const read = async (id: string) => (await admin.done<{ data: WebhookBody }>('GET', `${base}/${id}`)).data;

  it('brings every token and every change, signed with the secret that was shown once', async () => {
    const at = await receiver();
    const { id, secret = '' } = await create(at.url, { event_types: ['token.*', 'client.created'] });
    const client = await admin.createServiceClient(realm.name);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => clientCredentials(client)));
    const jtis = tokens.map((answer) => tokenOf(answer).claims.jti);
    await until(
      () => at.got.filter(({ text }) => text.includes(client.clientId)).length,
      (count) => count >= 21,
    );
    const events = at.got.map(
      ({ text }) => (JSON.parse(text) as { data: { type: string; client_id: string; jti: string | null } }).data,
    );
    expect(
      events.filter((event) => event.type === 'client.created' && event.client_id === client.clientId),
    ).toHaveLength(1);
    expect(events.flatMap(({ jti }) => jti ?? []).sort()).toEqual(jtis.sort());
    for (const { headers, text } of at.got) {
      const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${text}`;
      const signed = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64')).update(content);
      expect(headers['webhook-signature']).toBe(`v1,${signed.digest('base64')}`);
      expect(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1_000)).toBeLessThan(60);
    }
    const shown = await admin.ask('GET', `${base}/${id}`);
    const listed = await admin.ask('GET', base);
    for (const { text } of [shown, listed]) expect(text).not.toContain(secret.replace('whsec_', ''));
  });

  it('tries again what did not arrive, and shows it until it has', async () => {
    const at = await receiver(503);
    const { id } = await create(at.url, { event_types: ['role.created'] });
    const role = await admin.done<{ data: { id: string } }>('POST', `/realms/${realm.name}/roles`, {
      name: unique('role'),
      permissions: [],
    });
    const failing = await until(
      () => read(id),
      ({ pending }) => pending === 1,
    );
    expect(failing).toMatchObject({ dead: 0, failing_since: expect.any(String) });
    const { data } = await admin.done<Page<Record<string, unknown>>>('GET', `${base}/${id}/deliveries?status=pending`);
    expect(data).toEqual([
      expect.objectContaining({
        webhook_id: id,
        event_type: 'role.created',
        attempts: 1,
        last_error: 'it answered 503',
      }),
    ]);
    at.answer = 204;
    const delivery = `${base}/${id}/deliveries/${String(data[0]?.['id'])}/retry`;
    expect((await admin.ask('POST', delivery)).status).toBe(202);
    await until(
      () => read(id),
      ({ pending, failing_since }) => pending === 0 && failing_since === null,
    );
    const ids = at.got.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    expect(JSON.parse(at.got.at(-1)?.text ?? '')).toMatchObject({ data: { target: { id: role.data.id } } });
    expectProblem(await admin.ask('POST', delivery), 404);
  });

  it('are changed under their version, disabled, listed in pages, and deleted', async () => {
    const at = await receiver();
    const answer = await admin.ask('POST', base, { url: at.url, event_types: ['role.created'], description: 'one' });
    const { id } = answer.body as WebhookBody;
    expect(answer.headers.get('location')).toBe(`${base}/${id}`);
    const tag = answer.headers.get('etag') ?? '';
    const changed = await admin.ask('PATCH', `${base}/${id}`, { enabled: false }, { headers: { 'if-match': tag } });
    expect(changed).toMatchObject({ status: 200, body: { data: { enabled: false, description: 'one' } } });
    const late = await admin.ask('PATCH', `${base}/${id}`, { enabled: true }, { headers: { 'if-match': tag } });
    expectProblem(late, 412);
    await create(at.url, { event_types: ['role.created'] });
    const seen: string[] = [];
    let cursor: string | null = '';
    do {
      const page: Page<WebhookBody> = await admin.done('GET', `${base}?limit=1&cursor=${cursor}`);
      seen.push(...page.data.map((one) => one.id));
      cursor = page.page.next_cursor;
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain(id);
    expect((await admin.ask('DELETE', `${base}/${id}`)).status).toBe(204);
    expectProblem(await admin.ask('GET', `${base}/${id}`), 404);
    expectProblem(await admin.ask('GET', `${base}/${id}/deliveries`), 404);
  });

  it.each([
    [{ url: 'not a url' }, '/url'],
    [{ url: 'ftp://receiver.example/' }, '/url'],
    [{ url: 'https://user:secret@receiver.example/' }, '/url'],
    [{ url: 'https://receiver.example/', event_types: ['no.such'] }, '/event_types/0'],
    [{ url: 'https://receiver.example/', event_types: [] }, '/event_types'],
    [{ url: 'https://receiver.example/', event_types: 'client.created' }, '/event_types'],
    [{ url: 'https://receiver.example/', secret: 'whsec_mine' }, '/secret'],
    [{ url: null }, '/url'],
  ])('refuses %j', async (body, pointer) => {
    expectInvalidMember(await admin.ask('POST', base, body), pointer);
  });

  it('are nothing of another realm', async () => {
    const at = await receiver();
    const { id } = await create(at.url, { event_types: ['role.created'] });
    const other = await admin.createRealm();
    const foreign = `/realms/${other.name}/webhooks/${id}`;
    for (const [method, path, body] of [
      ['GET', foreign, undefined],
      ['PATCH', foreign, { enabled: false }],
      ['DELETE', foreign, undefined],
      ['GET', `${foreign}/deliveries`, undefined],
    ] as const) {
      expectProblem(await admin.ask(method, path, body), 404);
    }
    await admin.done('POST', `/realms/${other.name}/roles`, { name: unique('role'), permissions: [] });
    await sleep(1_500);
    expect(at.got).toEqual([]);
  });

  describe('a new secret', () => {
    const fits = ({ headers, text }: Got, secret: string): readonly boolean[] => {
      const content = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${text}`;
      const key = Buffer.from(secret.replace('whsec_', ''), 'base64');
      const expected = `v1,${createHmac('sha256', key).update(content).digest('base64')}`;
      return String(headers['webhook-signature'])
        .split(' ')
        .map((signature) => signature === expected);
    };
    const rotate = (id: string, body?: object, headers: Record<string, string> = {}) =>
      admin.ask('POST', `${base}/${id}/secret`, body, { headers });
    const next = async (at: { readonly got: Got[] }): Promise<Got> => {
      const before = at.got.length;
      await admin.done('POST', `/realms/${realm.name}/roles`, { name: unique('role'), permissions: [] });
      const got = await until(
        () => at.got[before],
        (one) => one !== undefined,
      );
      if (got === undefined) throw new Error('nothing arrived');
      return got;
    };

    it('signs beside the former one until its time is over, and a third alone with the second', async () => {
      const at = await receiver();
      const { id, secret: first = '' } = await create(at.url, { event_types: ['role.created'] });
      const rotated = await rotate(id);
      expect(rotated.status).toBe(200);
      const { secret: second, ...rest } = rotated.body as { secret: string; former_signs_until: string };
      expect(second).toMatch(/^whsec_/);
      expect(second).not.toBe(first);
      expect(Date.parse(rest.former_signs_until) - Date.now()).toBeGreaterThan(86_000_000);
      const both = await next(at);
      expect([fits(both, second), fits(both, first)]).toEqual([
        [true, false],
        [false, true],
      ]);

      const third = (await rotate(id, { grace_seconds: 3_600 })).body as { secret: string };
      const later = await next(at);
      expect([fits(later, third.secret), fits(later, second), fits(later, first)]).toEqual([
        [true, false],
        [false, true],
        [false, false],
      ]);
      expect(await read(id)).not.toHaveProperty('secret');
    });

    it('is the only one at once without grace, and after it', async () => {
      const at = await receiver();
      const { id, secret: first = '' } = await create(at.url, { event_types: ['role.created'] });
      const { secret: second } = (await rotate(id, { grace_seconds: 0 })).body as { secret: string };
      const got = await next(at);
      expect([fits(got, second), fits(got, first)]).toEqual([[true], [false]]);
      const { secret: third } = (await rotate(id, { grace_seconds: 1 })).body as { secret: string };
      await sleep(1_500);
      const after = await next(at);
      expect([fits(after, third), fits(after, second)]).toEqual([[true], [false]]);
    });

    it('is given once of several at a time that name a version, in its own realm, and is in no record', async () => {
      const at = await receiver();
      const { id } = await create(at.url, { event_types: ['role.created'] });
      const { headers } = await admin.ask('GET', `${base}/${id}`);
      const tag = { 'if-match': headers.get('etag') ?? '' };
      const answers = await Promise.all(Array.from({ length: 5 }, () => rotate(id, {}, tag)));
      expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 412, 412, 412, 412]);
      const won = answers.find(({ status }) => status === 200);
      const { secret } = won?.body as { secret: string };
      const events = await admin.auditEvents(realm.name, { type: 'webhook.secret_rotated' });
      expect(JSON.stringify(events)).not.toContain(secret.replace('whsec_', ''));
      const other = await admin.createRealm();
      expectProblem(await admin.ask('POST', `/realms/${other.name}/webhooks/${id}/secret`), 404);
      for (const grace of [-1, 1.5, '60', null, 31_536_001]) {
        expectInvalidMember(await rotate(id, { grace_seconds: grace }), '/grace_seconds');
      }
      expectProblem(await rotate(id, { surprise: 1 }), 422);
    });
  });
});
