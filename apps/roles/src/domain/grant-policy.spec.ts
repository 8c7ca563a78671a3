import { describe, expect, it } from '@jest/globals';
import { BUILT_IN_PERMISSIONS } from '#contracts';
import fc from 'fast-check';
import { managesApi, mayGrant } from './grant-policy.js';
import { HIGHEST_BIT, maskOf } from './mask.js';
import { PermissionCatalogue } from './permission-catalogue.js';

const own = [{ bit: 40, name: 'reports:read', description: null, version: 1 }];
const catalogue = PermissionCatalogue.ofRealm(own);
const builtIn = BUILT_IN_PERMISSIONS.map(({ name }): string => name);
const names = catalogue.permissions.map(({ name }) => name);
const user = (permissions: string[]) => ({ kind: 'user' as const, permissions });

describe('grant policy', () => {
  it('allows exactly the built-in permissions that the actor holds, and own ones to those who manage the realm', () => {
    fc.assert(
      fc.property(fc.subarray(builtIn), fc.subarray(names), (held, wanted) => {
        const allowed = mayGrant(user(held), { clientId: null, mask: catalogue.maskOf(wanted) }, own);
        const may = (name: string): boolean => held.includes(builtIn.includes(name) ? name : 'manage_realm');
        expect(allowed).toBe(wanted.every(may));
      }),
    );
  });

  it('refuses a role with a bit that has no name, whoever asks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: HIGHEST_BIT }), (bit) => {
        fc.pre(!catalogue.permissions.some((one) => one.bit === bit));
        expect(mayGrant(user(builtIn), { clientId: null, mask: maskOf([bit]) }, own)).toBe(false);
      }),
    );
  });

  it('allows a role that grants nothing to anybody', () => {
    expect(mayGrant(user([]), { clientId: null, mask: 0n }, own)).toBe(true);
  });

  it("leaves a client's roles, empty ones too, to those who manage clients", () => {
    for (const mask of [0n, maskOf([0, 62])]) {
      expect(mayGrant(user(['manage_roles', 'manage_realm']), { clientId: 'c', mask }, own)).toBe(false);
      expect(mayGrant(user(['manage_roles', 'manage_clients']), { clientId: 'c', mask }, own)).toBe(true);
    }
  });

  it('does not take a name of its own for a right of the actor', () => {
    expect(mayGrant(user(['reports:read']), { clientId: null, mask: maskOf([40]) }, own)).toBe(false);
  });

  it('asks nothing of the system', () => {
    const all = catalogue.maskOf(names);
    expect(mayGrant({ kind: 'system', permissions: [] }, { clientId: null, mask: all }, own)).toBe(true);
    expect(mayGrant({ kind: 'service_account', permissions: [] }, { clientId: null, mask: maskOf([0]) }, own)).toBe(
      false,
    );
    expect(managesApi({ kind: 'system', permissions: [] }, 'c')).toBe(true);
  });
});
