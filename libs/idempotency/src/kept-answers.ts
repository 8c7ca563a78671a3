import type { KeptAnswer } from './named-creation.js';

/** Reads the answers that creations kept. Also the dependency-injection token. */
export abstract class KeptAnswers {
  /** The answer under a key, unless it was kept before `since`. */
  abstract find(keyHash: Buffer, since: Date): Promise<KeptAnswer | null>;
  /** Forgets what was kept before an instant. */
  abstract forget(before: Date): Promise<void>;
}

/** A transaction that can keep the answer of the creation it makes. */
export interface AnswerKeeper {
  /**
   * Keeps the answer of a creation; one that was kept before `since`, or of a realm that is gone, gives way. Waits for a transaction that is about to keep one
   * under the same key.
   *
   * @throws AppError `conflict` (`KEY_TAKEN`) when there is one.
   */
  keepAnswer(answer: KeptAnswer, since: Date): Promise<void>;
}
