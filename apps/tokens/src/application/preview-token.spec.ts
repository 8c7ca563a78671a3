import {
  PreviewToken as Contract,
  REALM_SCOPE,
  RoleScopeSnapshot,
  roleScopeSnapshotKey,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { AppError } from '#errors';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { Value } from '@sinclair/typebox/value';
import fc from 'fast-check';
import { ID, World } from '../testing/world.js';
import { PreviewToken } from './preview-token.js';

type Request = RequestOf<typeof Contract>;
type Reply = ReplyOf<typeof Contract>;

describe('PreviewToken', () => {
  let world: World;
  let previewToken: PreviewToken;

  beforeEach(() => {
    world = new World();
    previewToken = new PreviewToken(world.snapshots, world.issuers, world.tokenSize, world.clock);
  });

  const preview = async (facts: Partial<Request> = {}): Promise<Reply> => {
    const reply = await previewToken.execute(
      {
        realmId: ID.realm,
        realmName: 'acme',
        clientId: ID.client,
        clientIdentifier: 'app',
        scope: null,
        resources: [],
        userId: null,
        ...facts,
      },
      world.context(),
    );
    expect(Value.Check(Contract.reply, reply)).toBe(true);
    return reply;
  };
  const throughCli: Partial<Request> = { clientId: ID.cli, clientIdentifier: 'admin-cli', userId: ID.alice };

  it('tells the claims of the token that would be issued, and issues and records nothing', async () => {
    const answer = await preview();
    expect(world.audit.events).toEqual([]);
    const { jti, ...claims } = await world.claims();
    expect(typeof jti).toBe('string');
    expect(answer).toMatchObject({ outcome: 'granted', claims, lifetimeSeconds: 300 });
    expect(Object.keys(answer.outcome === 'granted' ? answer.claims : {}).sort()).toEqual(Object.keys(claims).sort());
  });

  it('gives a reason for every claim, and the roles behind every permission', async () => {
    const answer = await preview({ scope: 'view_clients' });
    if (answer.outcome === 'refused') throw new Error('was refused');
    expect(Object.keys(answer.claims).filter((claim) => claim !== 'iat' && !(claim in answer.reasons))).toEqual([]);
    const admin = [{ id: ID.admin, name: 'admin' }];
    expect(answer.permissions).toEqual([
      { name: 'manage_clients', audience: 'realm-management', roles: admin, outcome: 'narrowed_by_scope' },
      { name: 'view_clients', audience: 'realm-management', roles: admin, outcome: 'granted' },
      { name: 'own:thing', audience: 'realm-management', roles: admin, outcome: 'narrowed_by_scope' },
      {
        name: 'invoices:read',
        audience: 'billing',
        roles: [{ id: ID.reader, name: 'reader' }],
        outcome: 'narrowed_by_scope',
      },
    ]);
    const billing = await preview({ resources: ['billing'] });
    expect(billing).toMatchObject({ claims: { aud: 'billing', scope: 'invoices:read' } });
    expect(billing.outcome === 'granted' && billing.permissions.map(({ outcome }) => outcome)).toEqual([
      ...['narrowed_by_resource', 'narrowed_by_resource', 'narrowed_by_resource', 'granted'],
    ]);
  });

  describe('a subject with many roles', () => {
    /** So many roles of the API `billing`, each with its share of so many permissions. */
    const hold = (roles: number, permissions = 2, nameLength = 20): void => {
      const name = (i: number): string => `${'n'.repeat(nameLength - 6)}${String(i).padStart(6, '0')}`;
      const ids = Array.from({ length: roles }, (_, i) => `00000000-0000-7000-9000-${String(i).padStart(12, '0')}`);
      world.snapshots.set(RoleScopeSnapshot, roleScopeSnapshotKey(ID.realm, ID.api), {
        realmId: ID.realm,
        scope: ID.api,
        audience: 'billing',
        permissions: Array.from({ length: permissions }, (_, bit) => ({ bit, name: name(bit) })),
        roles: ids.map((id, i) => ({ id, name: name(i), mask: String(1n << BigInt(i % permissions)) })),
      });
      world.assign(
        ID.account,
        ids.map((roleId) => ({ roleId, scope: ID.api })),
      );
    };
    const same = async (facts: Partial<Request> = {}, parameters: Readonly<Record<string, string>> = {}) => {
      const answer = await preview(facts);
      if (answer.outcome === 'refused') throw new Error(answer.reason);
      const { jti: _, ...claims } = await world.claims(world.request(parameters));
      expect(answer.claims).toEqual(claims);
      return answer;
    };

    it('has a token as long as it is told, and is warned of what is long', async () => {
      for (const [roles, warnings] of [
        [1, 0],
        [100, 0],
        [180, 1],
      ] as const) {
        hold(roles);
        const answer = await same();
        expect(answer.tokenBytes).toBe((await world.issue()).access_token.length);
        expect(answer.warnings).toHaveLength(warnings);
        expect((answer.claims['resource_access'] as { billing: { roles: string[] } }).billing.roles).toHaveLength(
          roles,
        );
      }
      expect(world.audit.events.at(-1)?.details).toMatchObject({ token_bytes: world.observer.sizes.at(-1) });
      expect(world.logger.lines).toHaveLength(1);
    });

    it('of 1,000 roles has a token without their names, with all that they give', async () => {
      hold(1_000, 60);
      const answer = await same();
      expect(answer.tokenBytes).toBeLessThan(8_192);
      expect(answer.tokenBytes).toBe((await world.issue()).access_token.length);
      expect(answer.claims).toMatchObject({ roles_omitted: true, realm_access: { roles: [] }, resource_access: {} });
      expect(answer.claims['permissions']).toHaveLength(60);
      expect(answer.warnings).toEqual([expect.stringContaining('carries none')]);
      expect(Object.keys(answer.reasons)).toContain('roles_omitted');
      expect(world.audit.events.at(-1)?.details).toMatchObject({ roles_omitted: true });
    });

    it('is refused a token that would still be too long, and gets a narrower one', async () => {
      hold(100, 60, 120);
      expect(await preview()).toMatchObject({ outcome: 'refused', error: 'invalid_scope', reason: 'token_too_large' });
      await expect(world.issue()).rejects.toMatchObject({ code: 'invalid_scope', reason: 'token_too_large' });
      const scope = `${'n'.repeat(114)}000007`;
      const answer = await same({ scope }, { scope });
      expect(answer.claims).toMatchObject({ scope, permissions: [scope] });
      expect(answer.claims).not.toHaveProperty('roles_omitted');
    });
  });

  it('previews a user through a client that may sign users in', async () => {
    const answer = await preview(throughCli);
    const { jti: _jti, ...claims } = await world.claims(world.passwordRequest());
    expect(answer).toMatchObject({ outcome: 'granted', claims });
    expect(await preview({ userId: ID.alice })).toMatchObject({ error: 'unauthorized_client' });
    expect(await preview({ ...throughCli, userId: ID.account })).toMatchObject({
      error: 'invalid_grant',
      reason: 'not_a_person',
    });
  });

  it.each<[string, (world: World) => void]>([
    ['the realm is disabled', (w) => w.realm({ enabled: false })],
    ['the client is disabled', (w) => w.client({ enabled: false })],
    ['there is no service account', (w) => w.client({ serviceAccountEnabled: false })],
    ['the service account is disabled', (w) => w.user({ id: ID.account, clientId: ID.client, enabled: false })],
  ])('tells the refusal when %s', async (_title, arrange) => {
    arrange(world);
    const refusal = await world.refusal();
    expect(await preview()).toMatchObject({ outcome: 'refused', error: refusal.code, reason: refusal.reason });
  });

  it('knows no client but by all that names it', async () => {
    for (const facts of [{ clientId: ID.cli }, { clientIdentifier: 'other' }, { realmId: ID.otherRealm }]) {
      await expect(preview(facts)).rejects.toMatchObject({ code: 'not_found' });
    }
    world.snapshots.failure = new AppError('unavailable');
    await expect(preview()).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('agrees with the token endpoint, whatever the roles, the assignments and what is asked for', async () => {
    const mask = fc.bigInt({ min: 0n, max: 15n });
    const roleIds = [0, 1, 2, 3].map((n) => `00000000-0000-7000-8000-0000000001${String(n).padStart(2, '0')}`);
    const names = ['a:read', 'a:write', 'shared', 'odd name'];
    const scopes = [REALM_SCOPE, ID.api, ID.otherRealm];
    const audiences = ['realm-management', 'billing', 'shipping'];
    const world_ = fc.record({
      masks: fc.array(mask, { minLength: 12, maxLength: 12 }),
      held: fc.subarray(scopes.flatMap((scope) => roleIds.map((roleId) => ({ roleId, scope })))),
      scope: fc.option(
        fc.subarray(['a:read', 'a:write', 'shared', 'b:other'], { minLength: 1 }).map((s) => s.join(' ')),
        {
          freq: 3,
        },
      ),
      resources: fc.oneof(fc.constant<string[]>([]), fc.subarray([...audiences, 'unknown'])),
    });
    await fc.assert(
      fc.asyncProperty(world_, async ({ masks, held, scope, resources }) => {
        scopes.forEach((name, index) => {
          world.snapshots.set(RoleScopeSnapshot, roleScopeSnapshotKey(ID.realm, name), {
            realmId: ID.realm,
            scope: name,
            audience: audiences[index] ?? '',
            permissions: names.map((permission, bit) => ({
              bit,
              name: permission.replace('a:', index === 1 ? 'b:' : 'a:'),
            })),
            roles: roleIds.map((id, n) => ({ id, name: `role-${n}`, mask: String(masks[index * 4 + n] ?? 0n) })),
          });
        });
        world.assign(ID.account, held);
        const request = world.request(scope === null ? {} : { scope }, { resources });
        const answer = await preview({ scope, resources });
        let issued: Record<string, unknown>;
        try {
          issued = await world.claims(request);
        } catch (thrown) {
          const { code, reason } = AppError.from(thrown);
          expect(answer).toMatchObject({ outcome: 'refused', error: code, reason });
          return;
        }
        const { jti: _jti, ...claims } = issued;
        if (answer.outcome === 'refused') throw new Error('refused what was issued');
        // Encoded as the answer will be.
        expect(JSON.parse(JSON.stringify(answer.claims))).toEqual(claims);
        const granted = answer.permissions.filter(({ outcome }) => outcome === 'granted');
        expect([...new Set(granted.map(({ name }) => name))].sort()).toEqual(
          [...(claims['permissions'] as string[])].sort(),
        );
        for (const { roles } of answer.permissions) expect(roles.length).toBeGreaterThan(0);
      }),
      { numRuns: 60 },
    );
  });
});
