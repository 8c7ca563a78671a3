import { BUILT_IN_PERMISSIONS } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { routesOpenedBy } from './permission-table.js';

/** Dry runs: a POST because what is proposed is a body. They change nothing. */
const DRY_RUNS = [
  'POST /realms/{realm}/clients/{id}/evaluate',
  'POST /realms/{realm}/plan',
  'POST /realms/{realm}/roles/{id}/impact',
];

describe('built-in permissions', () => {
  it.each(BUILT_IN_PERMISSIONS.map(({ name, reserved }) => [name, reserved] as const))(
    '%s opens routes, or is reserved (%s)',
    (name, reserved) => {
      expect(routesOpenedBy(name).length === 0).toBe(reserved);
    },
  );

  it('of a viewer open nothing that changes anything', () => {
    const viewer = BUILT_IN_PERMISSIONS.map(({ name }) => name).filter((name) => /^(?:view|query)_/.test(name));
    const opened = new Set(viewer.flatMap(routesOpenedBy));
    expect([...opened].filter((route) => !route.startsWith('GET ')).sort()).toEqual(DRY_RUNS);
  });
});
