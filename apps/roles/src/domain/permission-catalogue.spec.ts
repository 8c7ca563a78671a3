import { describe, expect, it } from '@jest/globals';
import { BUILT_IN_PERMISSIONS } from '#contracts';
import fc from 'fast-check';
import { bitsOf, EMPTY_MASK } from './mask.js';
import { PermissionCatalogue } from './permission-catalogue.js';

const own = [
  { bit: 40, name: 'reports:read', description: 'Read reports', version: 3 },
  { bit: 33, name: 'reports:write', description: null, version: 4 },
];

describe('permission catalogue', () => {
  it('lists built-in permissions and the own ones of a realm by bit', () => {
    const { permissions } = PermissionCatalogue.ofRealm(own);
    expect(permissions).toHaveLength(BUILT_IN_PERMISSIONS.length + 2);
    expect(permissions.map(({ bit }) => bit)).toEqual([...permissions.map(({ bit }) => bit)].sort((a, b) => a - b));
    expect(permissions.at(-1)).toEqual({ ...own[0], builtIn: false, reserved: false });
  });

  it('has no built-in permissions for a client', () => {
    expect(PermissionCatalogue.ofClient(own).maskOf(['manage_realm'])).toBe(EMPTY_MASK);
  });

  it('translates names to a mask and back', () => {
    const catalogue = PermissionCatalogue.ofRealm(own);
    const names = catalogue.permissions.map(({ name }) => name);
    fc.assert(
      fc.property(fc.subarray(names), (some) => {
        expect(catalogue.namesOf(catalogue.maskOf(some))).toEqual(some);
      }),
    );
  });

  it('ignores names it does not know and bits without a name', () => {
    const catalogue = PermissionCatalogue.ofRealm([]);
    expect(catalogue.maskOf(['no_such', 'Manage_Realm'])).toBe(EMPTY_MASK);
    expect(catalogue.namesOf(1n << 31n)).toEqual([]);
  });

  it('has the built-in bits of the wire contract', () => {
    const catalogue = PermissionCatalogue.ofRealm([]);
    expect(bitsOf(catalogue.maskOf(['create_client', 'view_email_templates']))).toEqual([0, 26]);
  });
});
