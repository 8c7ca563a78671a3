import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { EffectiveAccess } from '#access';
import { tokenAccess } from './token-access.js';

const ISSUER = 'https://id.example/realms/acme';
const name = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const held = fc.uniqueArray(
  fc.record({
    realmWide: fc.constant(false),
    audience: fc.constantFrom('api1', 'api2', 'api3'),
    roles: fc.uniqueArray(fc.constantFrom('r1', 'r2'), { minLength: 1 }),
    permissions: fc.uniqueArray(name),
  }),
  { selector: (scope) => scope.audience },
);

describe('tokenAccess', () => {
  it('never carries a permission, role or audience that is not held', () => {
    fc.assert(
      fc.property(
        held,
        fc.option(fc.uniqueArray(name, { minLength: 1 }), { nil: undefined }),
        fc.option(fc.uniqueArray(fc.constantFrom('api1', 'api2', 'api3'), { minLength: 1 }), { nil: undefined }),
        (access: EffectiveAccess, scope, resources) => {
          let granted: ReturnType<typeof tokenAccess>;
          try {
            granted = tokenAccess(access, { scope, resources }, ISSUER);
          } catch (thrown) {
            expect(thrown).toMatchObject({ code: expect.stringMatching(/^invalid_(scope|target)$/) });
            return;
          }
          const within = access.filter((each) => resources?.some((one) => one === each.audience) ?? true);
          const holds = within.flatMap((each) => each.permissions);
          expect(granted.permissions.every((each) => holds.includes(each))).toBe(true);
          if (scope !== undefined) expect([...granted.permissions].toSorted()).toEqual(scope.toSorted());
          else expect(new Set(granted.permissions)).toEqual(new Set(holds));
          expect(granted.scope).toBe(granted.permissions.join(' '));
          const allowed = [...within.map((each) => each.audience), ISSUER];
          expect(granted.audience.every((each) => allowed.includes(each))).toBe(true);
          expect(granted.audience.length).toBeGreaterThan(0);
          const narrowed = granted.permissions.length < new Set(holds).size;
          const several = granted.audience.length > 1;
          if (narrowed && !several) expect(granted.resourceAccess).toEqual({});
          for (const [client, { roles, permissions }] of Object.entries(granted.resourceAccess)) {
            const there = within.find((each) => each.audience === client);
            expect(roles).toEqual(narrowed ? [] : there?.roles);
            // Told apart where there is something to confuse, and exactly.
            expect(permissions).toEqual(
              several && granted.audience.includes(client)
                ? there?.permissions.filter((each) => granted.permissions.includes(each))
                : undefined,
            );
          }
          if (several) {
            for (const each of granted.audience) expect(Object.hasOwn(granted.resourceAccess, each)).toBe(true);
          }
        },
      ),
    );
  });

  it('carries a client called __proto__ as one like any other', () => {
    const access = [{ realmWide: false, audience: '__proto__', roles: ['r'], permissions: ['p'] }];
    const { resourceAccess } = tokenAccess(access, { scope: undefined, resources: undefined }, ISSUER);
    expect(JSON.stringify(resourceAccess)).toBe('{"__proto__":{"roles":["r"]}}');
  });
});
