import { parseVerifierKey, verifyExport } from '#transparency';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { Administrator, unique, type RealmBody, type TestClient } from './support/administrator.js';
import { expectProblem } from './support/http.js';
import { clientCredentials, tokenOf } from './support/protocol.js';
import { shape } from './support/shape.js';

/** A server-sent event (HTML Living Standard §9.2.6). */
interface EventSourceMessage {
  readonly id: string;
  readonly event: string;
  readonly data: string;
}

/** Reads whole messages off the front of a text; those without data only name a place. */
function messagesOf(text: string) {
  const blocks = text.split('\n\n');
  const rest = blocks.pop() ?? '';
  const messages = blocks.flatMap((block) => {
    const field = (name: string) => new RegExp(`^${name}: ?(.*)$`, 'm').exec(block)?.[1] ?? '';
    return field('data') === '' ? [] : [{ id: field('id'), event: field('event'), data: field('data') }];
  });
  return { messages, seen: blocks.join('\n'), rest };
}

type Line = Readonly<Record<string, unknown>> & { readonly kind: string };

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Line);

async function until<T>(look: () => T, good: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 20_000; ; await sleep(50)) {
    const value = look();
    if (good(value)) return value;
    if (Date.now() > deadline) throw new Error(`still ${(JSON.stringify(value) ?? '').slice(0, 300)}`);
  }
}

describe('streams of the audit log', () => {
  let admin: Administrator;
  let realm: RealmBody;
  let client: TestClient;
  let path: string;
  const jtis: string[] = [];

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
    client = await admin.createServiceClient(realm.name);
    path = `/realms/${realm.name}/audit`;
    for (let n = 0; n < 10; n += 1) {
      const answers = await Promise.all(Array.from({ length: 50 }, () => clientCredentials(client)));
      jtis.push(...answers.map((answer) => tokenOf(answer).claims.jti));
    }
    await admin.auditEvents(realm.name, { jti: jtis.at(-1) ?? '' });
    await sleep(500);
  }, 60_000);

  describe('export', () => {
    it('holds every record in the verifiable form, and is itself on record', async () => {
      const answer = await admin.ask('GET', `${path}/export`);
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toBe('application/x-ndjson');
      const lines = linesOf(answer.text);
      expect(lines[0]).toMatchObject({ kind: 'header', realm_id: realm.id, first_index: 0 });
      expect(lines.at(-1)).toMatchObject({ kind: 'end' });
      const text = answer.text;
      for (const jti of jtis) expect(text).toContain(jti);
      const keys = await admin.done<{ data: { verifier_key: string }[] }>('GET', `${path}/keys`);
      const verdict = await verifyExport(bytes(text), {
        keys: keys.data.map(({ verifier_key: key }) => parseVerifierKey(key)),
      });
      expect(verdict).toMatchObject({ ok: true });
      const recorded = await admin.auditEvents(realm.name, { type: 'audit.exported' });
      expect(recorded[0]).toMatchObject({ details: { form: 'verifiable', after: null, filter: {} } });
    });

    it('goes on where an earlier one ended', async () => {
      const whole = linesOf((await admin.ask('GET', `${path}/export`)).text).filter(({ kind }) => kind === 'record');
      const rest = linesOf((await admin.ask('GET', `${path}/export?after=100`)).text);
      expect(rest[0]).toMatchObject({ kind: 'header', first_index: 100 });
      const records = rest.filter(({ kind }) => kind === 'record');
      expect(records[0]).toEqual(whole[100]);
      expect(records.length).toBeGreaterThanOrEqual(whole.length - 100);
    });

    it('of a part is single events by a filter, plainly no whole, page by page', async () => {
      const filtered = `${path}/export?type=token.issued&client_id=${client.clientId}`;
      const lines = linesOf((await admin.ask('GET', filtered)).text);
      expect(lines[0]).toMatchObject({
        kind: 'header',
        format: 'chancery-audit-events/1',
        complete: false,
        filter: { type: 'token.issued', clientId: client.clientId },
      });
      const events = lines.filter(({ kind }) => kind === 'event').map(({ event }) => event as { jti: string });
      expect(events.map(({ jti }) => jti).sort()).toEqual([...jtis].sort());
      expect(lines.at(-1)).toEqual({ kind: 'end', events: jtis.length });
      const cursor = lines.findLast(({ kind }) => kind === 'cursor');
      const rest = linesOf((await admin.ask('GET', `${filtered}&after=${String(cursor?.['after'])}`)).text);
      const before = lines.slice(0, lines.indexOf(cursor as Line)).filter(({ kind }) => kind === 'event').length;
      expect(rest.filter(({ kind }) => kind === 'event')).toHaveLength(jtis.length - before);
    });

    it.each([
      'after=-1',
      'after=x',
      'after=99999999',
      'from=yesterday',
      'surprise=1',
      'type=client.created&scope=unknown_realm',
    ])('refuses %s before anything is sent', async (query) => {
      expectProblem(await admin.ask('GET', `${path}/export?${query}`), 422);
    });

    it('stops when the client goes away', async () => {
      const going = new AbortController();
      const response = await fetch(`${shape().baseUrls[0] ?? ''}${path}/export`, {
        headers: { authorization: `Bearer ${admin.token}` },
        signal: going.signal,
      });
      expect(response.status).toBe(200);
      going.abort();
      await sleep(200);
      expect((await admin.ask('GET', `${path}/export?after=1`)).status).toBe(200);
    });
  });

  describe('tail', () => {
    const open: AbortController[] = [];

    async function tail(query = '', more: { base?: string; lastEventId?: string; token?: string } = {}) {
      const going = new AbortController();
      open.push(going);
      const response = await fetch(`${more.base ?? shape().baseUrls[0] ?? ''}${path}/tail${query}`, {
        headers: {
          authorization: `Bearer ${more.token ?? admin.token}`,
          ...(more.lastEventId === undefined ? {} : { 'last-event-id': more.lastEventId }),
        },
        signal: going.signal,
      });
      const messages: EventSourceMessage[] = [];
      const state = { response, messages, firstPlace: '', ended: false, close: () => going.abort() };
      if (response.status !== 200) return state;
      const read = async (): Promise<void> => {
        const decoder = new TextDecoder();
        let text = '';
        for await (const chunk of response.body ?? []) {
          const got = messagesOf(text + decoder.decode(chunk as Uint8Array, { stream: true }));
          messages.push(...got.messages);
          state.firstPlace ||= /^id: (.*)$/m.exec(got.seen)?.[1] ?? '';
          text = got.rest;
        }
      };
      void read()
        .catch(() => undefined)
        .finally(() => (state.ended = true));
      return state;
    }
    const idsOf = (messages: readonly EventSourceMessage[]) =>
      messages.map(({ data }) => (JSON.parse(data) as { id: string }).id);
    const makeRole = () => admin.done('POST', `/realms/${realm.name}/roles`, { name: unique('role'), permissions: [] });

    it('brings what happens through every gateway, as it happens, and goes on where it was left', async () => {
      const tails = await Promise.all(shape().baseUrls.map((base) => tail('?type=role.created', { base })));
      for (const { response } of tails) {
        expect(response.status).toBe(200);
        expect(response.headers.get('content-type')).toBe('text/event-stream');
      }
      for (let n = 0; n < 3; n += 1) await makeRole();
      for (const one of tails) {
        await until(
          () => one.messages.length,
          (count) => count === 3,
        );
        expect(one.messages.every(({ data }) => (JSON.parse(data) as { type: string }).type === 'role.created')).toBe(
          true,
        );
        one.close();
      }
      const first = tails[0]?.messages ?? [];
      for (const one of tails) expect(idsOf(one.messages)).toEqual(idsOf(first));
      await makeRole();
      const resumed = await tail('?type=role.created', { lastEventId: first[0]?.id ?? '' });
      await until(
        () => resumed.messages.length,
        (count) => count === 3,
      );
      expect(idsOf(resumed.messages).slice(0, 2)).toEqual(idsOf(first).slice(1));
      // A connection that breaks before these messages leaves the client where it was.
      expect(resumed.firstPlace).toBe(first[0]?.id);
      resumed.close();
    });

    it('ends when the right to it is taken away', async () => {
      const reader = await admin.createServiceClient(realm.name);
      const unassign = await admin.assignRole(reader, 'viewer');
      const one = await tail('', { token: tokenOf(await clientCredentials(reader)).token });
      expect(one.response.status).toBe(200);
      await unassign();
      await until(
        () => one.ended,
        (ended) => ended,
      );
      expect(one.messages.at(-1)).toMatchObject({ event: 'end' });
    });

    it('is bounded', async () => {
      const base = shape().baseUrls[0] ?? '';
      const tails = await Promise.all(Array.from({ length: 11 }, () => tail('', { base })));
      expect(tails.filter(({ response }) => response.status === 429)).toHaveLength(1);
      for (const one of tails) one.close();
      await sleep(1_500);
      const again = await tail('', { base });
      expect(again.response.status).toBe(200);
      again.close();
    });

    it('refuses what is none of its places, and who may not see events', async () => {
      for (const lastEventId of ['x', '1-2-3', '999999999999', '1-1']) {
        const one = await tail('', { lastEventId });
        expect(one.response.status).toBe(400);
      }
      expectProblem(await admin.ask('GET', `${path}/tail?surprise=1`), 422);
      expectProblem(await admin.ask('GET', `${path}/tail`, undefined, { headers: { 'last-event-id': 'x' } }), 400);
      const stranger = tokenOf(await clientCredentials(client)).token;
      expect((await tail('', { token: stranger })).response.status).toBe(401);
    });
  });
});

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield await Promise.resolve(Buffer.from(text));
}
