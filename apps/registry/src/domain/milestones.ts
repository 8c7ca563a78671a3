/** Something that happens once in the life of an installation. */
export type Milestone = 'master_realm';

/** Remembers what has happened once and for all. Also the dependency-injection token. */
export abstract class Milestones {
  abstract isReached(milestone: Milestone): Promise<boolean>;
  /** Idempotent. */
  abstract reach(milestone: Milestone): Promise<void>;
}
