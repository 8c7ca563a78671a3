import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { mayGrant } from './grant-policy.js';
import { HIGHEST_BIT, maskOf } from './mask.js';
import { PermissionCatalogue } from './permission-catalogue.js';

const catalogue = PermissionCatalogue.ofRealm([{ bit: 40, name: 'reports:read', description: null }]);
const names = catalogue.permissions.map(({ name }) => name);
const user = (permissions: string[]) => ({ kind: 'user' as const, permissions });

describe('grant policy', () => {
  it('allows exactly the roles that hold nothing the actor does not', () => {
    fc.assert(
      fc.property(fc.subarray(names), fc.subarray(names), (held, wanted) => {
        const allowed = mayGrant(user(held), { clientId: null, mask: catalogue.maskOf(wanted) }, catalogue);
        expect(allowed).toBe(wanted.every((name) => held.includes(name)));
      }),
    );
  });

  it('refuses a role with a bit that has no name, whoever asks', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: HIGHEST_BIT }), (bit) => {
        fc.pre(!catalogue.permissions.some((one) => one.bit === bit));
        expect(mayGrant(user(names), { clientId: null, mask: maskOf([bit]) }, catalogue)).toBe(false);
      }),
    );
  });

  it('allows a role that grants nothing to anybody', () => {
    expect(mayGrant(user([]), { clientId: null, mask: 0n }, catalogue)).toBe(true);
  });

  it("leaves a client's roles to manage_roles, and the system alone", () => {
    expect(mayGrant(user(['manage_roles']), { clientId: 'c', mask: maskOf([0, 62]) }, catalogue)).toBe(true);
    expect(
      mayGrant({ kind: 'system', permissions: [] }, { clientId: null, mask: catalogue.maskOf(names) }, catalogue),
    ).toBe(true);
    expect(
      mayGrant({ kind: 'service_account', permissions: [] }, { clientId: null, mask: maskOf([0]) }, catalogue),
    ).toBe(false);
  });
});
