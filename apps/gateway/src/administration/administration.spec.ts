import {
  AssignRole,
  CreateRealm,
  DeleteRealm,
  ListAuditEvents,
  ListRealms,
  ListRoles,
  ListSubjectRoles,
  ReadAuditEvent,
  ReadUser,
  RotateSigningKey,
  UnassignRole,
  UpdateRealm,
} from '#contracts';
import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { answeringGateway } from '../testing/answering-gateway.js';
import { EVENT, EVENT_ID, REALM, ROLE_ID, USER_ID } from '../testing/samples.js';
import { bearer } from '../testing/start-gateway.js';

const MASTER = bearer('master', 'manage_realm', 'view_events', 'manage_roles', 'view_users');
const OWN = bearer('acme', 'manage_realm');

const realmShown = {
  id: REALM.id,
  name: 'acme',
  display_name: 'Acme',
  enabled: true,
  settings: {
    access_token_lifetime: 300,
    refresh_token_lifetime: 1_800,
    id_token_lifetime: 300,
    temporary_token_lifetime: 60,
    default_signing_algorithm: 'ES256',
    password_policy: {
      min_length: 12,
      max_length: 256,
      refuse_common: true,
      refuse_context: true,
      blocked_words: [],
    },
  },
  created_at: REALM.createdAt,
  updated_at: REALM.updatedAt,
};

describe('the administration routes', () => {
  const gateway = answeringGateway();

  const request = (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, payload?: object, headers = MASTER) =>
    gateway.inject({ method, url, headers, ...(payload === undefined ? {} : { payload }) });

  describe('realms', () => {
    it('creates one, bare, with 201', async () => {
      const answer = await request('POST', '/realms', { name: 'new', display_name: null });
      expect(answer.statusCode).toBe(201);
      expect(answer.json()).toEqual({ ...realmShown, name: 'new' });
      expect(answer.headers).toMatchObject({ etag: '"7"', location: '/realms/new' });
      expect(gateway.bus.requestsOf(CreateRealm)).toMatchObject([{ name: 'new', displayName: null }]);
    });

    it.each(['', '-a', 'a b', 'a/b', 'x'.repeat(64), 'ünü', 'a\n', 7, null, ['a']])(
      'refuses the name %p',
      async (name) => {
        const answer = await request('POST', '/realms', { name });
        expect(answer.statusCode).toBe(422);
        expect(answer.json()).toMatchObject({ errors: [{ pointer: '/name' }] });
      },
    );

    it('reads one, bare', async () => {
      const answer = await request('GET', '/realms/acme');
      expect(answer.json()).toEqual(realmShown);
      expect(answer.headers['etag']).toBe('"7"');
    });

    it('shows administrators of a realm only their own', async () => {
      expect((await request('GET', '/realms?search=a', undefined, OWN)).json()).toEqual({
        data: [realmShown],
        page: { next_cursor: null, total: 1 },
      });
      await request('GET', '/realms');
      expect(gateway.bus.requestsOf(ListRealms)).toEqual([
        { page: { limit: 50, cursor: null }, search: 'a', onlyName: 'acme', sort: 'name' },
        { page: { limit: 50, cursor: null }, search: null, onlyName: null, sort: 'name' },
      ]);
    });

    it('lists what the caller may administer, all pages of it', async () => {
      gateway.bus.on(ListRealms, ({ page }) => ({
        items: [REALM],
        nextCursor: page.cursor === null ? 'more' : null,
        total: 2,
      }));
      const answer = await request('GET', '/realms/acme/users/@me/realms');
      expect(answer.json()).toEqual({ data: [realmShown, realmShown], page: { next_cursor: null, total: 2 } });
    });

    it('lists a page of what the caller may administer when one is asked for', async () => {
      gateway.bus.on(ListRealms, () => ({ items: [REALM], nextCursor: 'more', total: 7 }));
      const path = '/realms/acme/users/@me/realms';
      for (const query of ['limit=1', 'cursor=c', 'limit=1&cursor=c&search=a']) {
        const answer = await request('GET', `${path}?${query}`);
        expect(answer.json()).toEqual({ data: [realmShown], page: { next_cursor: 'more', total: 7 } });
      }
      expect(gateway.bus.requestsOf(ListRealms)).toMatchObject([
        { page: { limit: 1, cursor: null }, search: null },
        { page: { limit: 50, cursor: 'c' }, search: null },
        { page: { limit: 1, cursor: 'c' }, search: 'a' },
      ]);
      for (const query of ['limit=201', 'limit=x', 'sort=name']) {
        expect((await request('GET', `${path}?${query}`)).statusCode).toBe(422);
      }
    });

    it('changes what is named', async () => {
      const answer = await request('PUT', '/realms/acme', { display_name: null, enabled: false });
      expect(answer.json()).toEqual(realmShown);
      expect(answer.headers['etag']).toBe('"8"');
      expect(gateway.bus.requestsOf(UpdateRealm)).toMatchObject([
        { realmId: REALM.id, ifVersion: null, changes: { displayName: null, enabled: false } },
      ]);
    });

    it('changes settings in an envelope', async () => {
      const answer = await gateway.inject({
        method: 'PUT',
        url: '/realms/acme/settings',
        headers: { ...MASTER, 'if-match': '"7"' },
        payload: { access_token_lifetime: 60, default_signing_algorithm: 'EdDSA' },
      });
      expect(answer.json()).toEqual({ data: realmShown });
      expect(gateway.bus.requestsOf(UpdateRealm)[0]).toMatchObject({ ifVersion: 7 });
      expect(gateway.bus.requestsOf(UpdateRealm)[0]?.changes).toEqual({
        settings: { accessTokenLifetimeSeconds: 60, defaultSigningAlgorithm: 'EdDSA' },
      });
    });

    it.each([
      ['settings', { default_signing_algorithm: 'none' }],
      ['settings', { access_token_lifetime: null }],
      ['settings', { access_token_lifetime: 29 }],
      ['settings', { foo: 1 }],
      ['', { name: 'a/b' }],
      ['', { enabled: null }],
    ])('refuses to change /%s to %p', async (path, body) => {
      expect((await request('PUT', `/realms/acme/${path}`.replace(/\/$/, ''), body)).statusCode).toBe(422);
      expect(gateway.bus.requestsOf(UpdateRealm)).toEqual([]);
    });

    it('deletes with 204', async () => {
      expect((await request('DELETE', '/realms/acme')).statusCode).toBe(204);
      expect(gateway.bus.requestsOf(DeleteRealm)).toMatchObject([{ realmId: REALM.id, ifVersion: null }]);
    });
  });

  describe('users and roles', () => {
    it('reads a user', async () => {
      const answer = await request('GET', `/realms/acme/users/${USER_ID}`);
      expect(answer.json()).toMatchObject({ data: { id: USER_ID, email_verified: false, required_actions: [] } });
    });

    it('lists the roles of a user', async () => {
      const answer = await request('GET', `/realms/acme/users/${USER_ID}/roles`);
      expect(answer.json()).toMatchObject({ data: [{ id: ROLE_ID }], page: { next_cursor: null, total: 1 } });
      expect(gateway.bus.requestsOf(ListSubjectRoles)).toEqual([{ realmId: REALM.id, subjectId: USER_ID }]);
    });

    it('gives and takes a role', async () => {
      const url = `/realms/acme/users/${USER_ID}/roles/${ROLE_ID}`;
      const named = { realmId: REALM.id, realmName: 'acme', subjectId: USER_ID, roleId: ROLE_ID };
      expect((await request('POST', url)).statusCode).toBe(204);
      expect(gateway.bus.requestsOf(AssignRole)).toMatchObject([named]);
      expect((await request('DELETE', url)).statusCode).toBe(204);
      expect(gateway.bus.requestsOf(UnassignRole)).toMatchObject([named]);
    });

    it('gives no role to nobody', async () => {
      gateway.bus.on(ReadUser, () => {
        throw new AppError('not_found');
      });
      expect((await request('POST', `/realms/acme/users/${USER_ID}/roles/${ROLE_ID}`)).statusCode).toBe(404);
      expect(gateway.bus.requestsOf(AssignRole)).toEqual([]);
    });

    it('answers 403 when the role service refuses an escalation', async () => {
      gateway.bus.on(AssignRole, () => {
        throw new AppError('forbidden', { detail: 'The role holds what you do not.' });
      });
      const answer = await request('POST', `/realms/acme/users/${USER_ID}/roles/${ROLE_ID}`);
      expect(answer.statusCode).toBe(403);
      expect(answer.json()).toMatchObject({ detail: 'The role holds what you do not.' });
      expect(answer.headers['www-authenticate']).toBeUndefined();
    });

    it('lists roles and permissions', async () => {
      expect((await request('GET', '/realms/acme/roles?search=view')).json()).toMatchObject({
        data: [{ name: 'viewer', client_id: null, permissions: ['view_realm'] }],
        page: { next_cursor: 'next', total: 2 },
      });
      expect(gateway.bus.requestsOf(ListRoles)).toMatchObject([{ search: 'view' }]);
      expect((await request('GET', '/realms/acme/permissions')).json()).toEqual({
        data: [{ bit: 0, name: 'create_client', description: null, built_in: true, reserved: false }],
        page: { next_cursor: null, total: 1 },
      });
    });
  });

  describe('audit events', () => {
    it('lists with every filter', async () => {
      const answer = await request(
        'GET',
        '/realms/acme/audit/events?type=token.issued&outcome=success&actor_id=a&client_id=c&subject_id=s&jti=j&ip=::1' +
          '&from=2026-01-31T13:00:00%2B01:00&to=2026-02-01T00:00:00Z&limit=1',
      );
      expect(answer.json()).toEqual({ data: [EVENT], page: { next_cursor: 'next', total: 2 } });
      expect(gateway.bus.requestsOf(ListAuditEvents)).toEqual([
        {
          realm: 'acme',
          realmId: REALM.id,
          page: { limit: 1, cursor: null },
          filter: {
            type: 'token.issued',
            outcome: 'success',
            actorId: 'a',
            clientId: 'c',
            subjectId: 's',
            jti: 'j',
            ip: '::1',
            from: '2026-01-31T12:00:00.000Z',
            to: '2026-02-01T00:00:00.000Z',
          },
        },
      ]);
    });

    it.each([
      ['type=nonsense', 'type'],
      ['outcome=maybe', 'outcome'],
      ['from=yesterday', 'from'],
      ['from=2026-13-01T00:00:00Z', 'from'],
      ['from=2026-02-30T00:00:00Z', 'from'],
      ['to=9999-12-31T23:59:59-23:59', 'to'],
      ['to=2026-01-01', 'to'],
      ['from=2026-02-01T00:00:00Z&to=2026-01-01T00:00:00Z', 'from'],
      ['jti=%00', 'jti'],
    ])('answers 422 to ?%s', async (query, field) => {
      const answer = await request('GET', `/realms/acme/audit/events?${query}`);
      expect(answer.statusCode).toBe(422);
      expect(answer.json()).toMatchObject({ errors: [{ field }] });
    });

    it('reads one', async () => {
      expect((await request('GET', `/realms/acme/audit/events/${EVENT_ID}`)).json()).toEqual({ data: EVENT });
      expect(gateway.bus.requestsOf(ReadAuditEvent)).toEqual([{ realm: 'acme', realmId: REALM.id, id: EVENT_ID }]);
    });
  });

  describe('signing keys', () => {
    it('lists and rotates them', async () => {
      const shown = { kid: 'k1', algorithm: 'ES256', state: 'active', retired_at: null, published_until: null };
      expect((await request('GET', '/realms/acme/keys')).json()).toMatchObject({ data: [shown] });
      const answer = await request('POST', '/realms/acme/keys/rotate');
      expect(answer.statusCode).toBe(200);
      expect(answer.json()).toMatchObject({ data: shown });
      expect(gateway.bus.requestsOf(RotateSigningKey)).toMatchObject([{ realmId: REALM.id, realmName: 'acme' }]);
    });

    it('takes no members', async () => {
      expect((await request('POST', '/realms/acme/keys/rotate', {})).statusCode).toBe(200);
      expect((await request('POST', '/realms/acme/keys/rotate', { algorithm: 'none' })).statusCode).toBe(422);
    });
  });
});
