import type { NoteSigner, VerifierKey } from '#transparency';
import type { RealmScopeId } from './realm-scope.js';

/** A key that signs, or signed, a realm's checkpoints. */
export interface PublishedKey {
  readonly key: VerifierKey;
  readonly createdAt: Date;
}

/**
 * The keys that sign checkpoints; one for each realm, made when it is first needed. Private halves are sealed at rest. Also
 * the dependency-injection token.
 */
export abstract class CheckpointKeys {
  abstract signerOf(realmId: RealmScopeId): Promise<NoteSigner>;
  /** The public halves, oldest first; makes the first one. */
  abstract publishedOf(realmId: RealmScopeId): Promise<readonly PublishedKey[]>;
}

/** The name of a realm's log, and of its key: says which log a checkpoint is of, whatever the realm is called. */
export function originOf(realmId: RealmScopeId): string {
  return `chancery/audit/${realmId}`;
}
