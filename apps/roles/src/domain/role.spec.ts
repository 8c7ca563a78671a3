import { describe, expect, it } from '@jest/globals';
import { BUILT_IN_PERMISSIONS } from '#contracts';
import { bitsOf } from './mask.js';
import { PermissionCatalogue } from './permission-catalogue.js';
import { BUILT_IN_ROLES, scopeOf } from './role.js';

const namesOf = (role: string): string[] =>
  PermissionCatalogue.ofRealm([]).namesOf(BUILT_IN_ROLES.find(({ name }) => name === role)?.mask ?? 0n);

describe('built-in roles', () => {
  it('gives admin all 27 built-in permissions', () => {
    expect(BUILT_IN_PERMISSIONS).toHaveLength(27);
    expect(bitsOf(BUILT_IN_ROLES[0]?.mask ?? 0n)).toEqual(Array.from({ length: 27 }, (_, bit) => bit));
  });

  it('gives viewer every view_ and query_ permission and nothing that changes anything', () => {
    const names = namesOf('viewer');
    expect(names).toContain('view_roles');
    expect(names).toContain('query_realms');
    expect(names.filter((name) => /^(manage|create)_/.test(name))).toEqual([]);
    expect(names).toHaveLength(16);
  });

  it('takes a role without a client for the realm', () => {
    expect(scopeOf({ clientId: null })).toBe('realm');
    expect(scopeOf({ clientId: 'c1' })).toBe('c1');
  });
});
