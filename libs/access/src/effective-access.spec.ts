import { describe, expect, it } from '@jest/globals';
import { REALM_SCOPE } from '#contracts';
import fc from 'fast-check';
import { assignedScopes, effectiveAccess, type Assignments, type RoleScope } from './effective-access.js';

const realmId = '00000000-0000-7000-8000-000000000001';
const subjectId = '00000000-0000-7000-8000-000000000002';
const api = '00000000-0000-7000-8000-000000000003';

const assignments = (...roles: Assignments['roles']): Assignments => ({ realmId, subjectId, roles });
const scope = (changes: Partial<RoleScope>): RoleScope => ({
  realmId,
  scope: api,
  audience: 'billing',
  permissions: [],
  roles: [],
  ...changes,
});

describe('effectiveAccess', () => {
  it('is the OR of the masks of the roles held, read through the catalogue', () => {
    const mask = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n });
    fc.assert(
      fc.property(
        fc.array(fc.record({ mask, held: fc.boolean() }), { maxLength: 8 }),
        fc.uniqueArray(fc.integer({ min: 0, max: 62 })),
        (roles, bits) => {
          const [held] = effectiveAccess(
            assignments(...roles.flatMap((role, i) => (role.held ? [{ roleId: `r${i}`, scope: api }] : []))),
            [
              scope({
                permissions: bits.map((bit) => ({ bit, name: `p${bit}` })),
                roles: roles.map((role, i) => ({ id: `r${i}`, name: `role${i}`, mask: role.mask.toString() })),
              }),
            ],
          );
          const expected = bits.filter((bit) => roles.some((role) => role.held && (role.mask >> BigInt(bit)) & 1n));
          expect(held?.permissions ?? []).toEqual(expected.map((bit) => `p${bit}`));
          expect(held?.roles ?? []).toEqual(roles.flatMap((role, i) => (role.held ? [`role${i}`] : [])));
        },
      ),
    );
  });

  it('gives nothing for no assignments, absent scopes and roles of another scope', () => {
    const roles = [{ id: 'r1', name: 'role', mask: '1' }];
    const permissions = [{ bit: 0, name: 'p0' }];
    expect(effectiveAccess(null, [])).toEqual([]);
    expect(effectiveAccess(assignments({ roleId: 'r1', scope: api }), [null])).toEqual([]);
    expect(effectiveAccess(assignments({ roleId: 'r1', scope: REALM_SCOPE }), [scope({ roles, permissions })])).toEqual(
      [],
    );
  });

  it('names realm-management for the realm itself, whatever the snapshot says', () => {
    const realm = scope({ scope: REALM_SCOPE, audience: 'billing', roles: [{ id: 'r1', name: 'admin', mask: '0' }] });
    expect(effectiveAccess(assignments({ roleId: 'r1', scope: REALM_SCOPE }), [realm])).toEqual([
      { realmWide: true, audience: 'realm-management', roles: ['admin'], permissions: [] },
    ]);
  });

  it('leaves out names that no scope can hold', () => {
    const odd = scope({
      permissions: [
        { bit: 0, name: 'two words' },
        { bit: 1, name: 'fine' },
      ],
      roles: [{ id: 'r1', name: 'role', mask: '3' }],
    });
    expect(effectiveAccess(assignments({ roleId: 'r1', scope: api }), [odd])[0]?.permissions).toEqual(['fine']);
  });

  it('is remembered for the very same snapshots only', () => {
    const held = assignments({ roleId: 'r1', scope: api });
    const before = scope({ permissions: [{ bit: 0, name: 'p0' }], roles: [{ id: 'r1', name: 'role', mask: '1' }] });
    const first = effectiveAccess(held, [before]);
    expect(effectiveAccess(held, [before])).toBe(first);
    expect(effectiveAccess(held, [{ ...before, roles: [] }])).toEqual([]);
    expect(effectiveAccess(held, [null])).toEqual([]);
    expect(effectiveAccess(held, [before])).toEqual(first);
  });
});

describe('assignedScopes', () => {
  it('names each scope once, in order', () => {
    const roles = [api, REALM_SCOPE, api].map((each, i) => ({ roleId: `r${i}`, scope: each }));
    expect(assignedScopes(assignments(...roles))).toEqual([api, REALM_SCOPE]);
  });
});
