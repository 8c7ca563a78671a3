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
});
