import { describe, expect, it } from '@jest/globals';
import { assignmentsSnapshotKey, roleScopeSnapshotKey } from '#contracts';
import { scopeAddressOf, subjectAddressOf } from './address.js';

const realmId = '0190a1b2-0000-7000-8000-000000000001';
const other = '0190a1b2-0000-7000-8000-000000000002';

describe('snapshot keys', () => {
  it('come back as what they were made of', () => {
    expect(subjectAddressOf(assignmentsSnapshotKey(realmId, other))).toEqual({ realmId, subjectId: other });
    expect(scopeAddressOf(roleScopeSnapshotKey(realmId, other))).toEqual({ realmId, scope: other });
    expect(scopeAddressOf(roleScopeSnapshotKey(realmId, 'realm'))).toEqual({ realmId, scope: 'realm' });
  });

  it.each([
    '',
    realmId,
    `${realmId}/`,
    `/${other}`,
    `${realmId}/${other}/${other}`,
    `${realmId.toUpperCase()}/${other}`,
    `${realmId}/master`,
    `realm/${other}`,
  ])('name nothing when malformed: %p', (key) => {
    expect(subjectAddressOf(key)).toBeNull();
    expect(scopeAddressOf(key)).toBeNull();
  });
});
