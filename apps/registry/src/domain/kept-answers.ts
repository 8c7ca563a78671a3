import type { KeptAnswer } from './idempotency.js';

/** Reads the answers that creations kept. Also the dependency-injection token. */
export abstract class KeptAnswers {
  /** The answer under a key, unless it was kept before `since`. */
  abstract find(keyHash: Buffer, since: Date): Promise<KeptAnswer | null>;
  /** Forgets what was kept before an instant. */
  abstract forget(before: Date): Promise<void>;
}
