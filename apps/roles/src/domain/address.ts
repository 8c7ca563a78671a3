import { REALM_SCOPE } from '#contracts';
import type { ScopeAddress, SubjectAddress } from './role-store.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Reads the key of a subject's snapshot; null for one that can name nobody. */
export function subjectAddressOf(key: string): SubjectAddress | null {
  const [realmId, subjectId, ...rest] = key.split('/');
  if (realmId === undefined || subjectId === undefined || rest.length > 0) return null;
  return UUID.test(realmId) && UUID.test(subjectId) ? { realmId, subjectId } : null;
}

/** Reads the key of a scope's snapshot; null for one that can name nothing. */
export function scopeAddressOf(key: string): ScopeAddress | null {
  const [realmId, scope, ...rest] = key.split('/');
  if (realmId === undefined || scope === undefined || rest.length > 0) return null;
  return UUID.test(realmId) && (scope === REALM_SCOPE || UUID.test(scope)) ? { realmId, scope } : null;
}
