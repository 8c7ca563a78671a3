import { IDEMPOTENCY_KEPT_SECONDS } from '#contracts';
import { AppError } from '#errors';
import type { AnswerKeeper, KeptAnswers } from './kept-answers.js';
import { keyReused, type NamedCreation } from './named-creation.js';

/** Keeps the answer of a creation; call it in the transaction that creates. The answer must hold no secret. */
export type KeepAnswer<Answer> = (transaction: AnswerKeeper, realmId: string, answer: Answer) => Promise<void>;

/** What a creation came to. */
export type Created<Answer, Result> =
  { readonly replayed: false; readonly result: Result } | { readonly replayed: true; readonly answer: Answer };

/**
 * Creates once, however often a caller asks under one key, at whatever instance: the answer is kept in the transaction of the
 * creation, so there is no moment at which one of them is there without the other. Of several that ask at once one creates;
 * the others wait for its commit and are answered like it. A creation that failed keeps nothing: it is tried afresh. Also the
 * dependency-injection token.
 */
export class IdempotentCreation {
  constructor(
    private readonly answers: KeptAnswers,
    private readonly clock: { now(): Date },
  ) {}

  /** @throws AppError `idempotency_key_reused` when the key was used for another request, and what `create` throws. */
  async run<Answer extends object, Result>(
    named: NamedCreation | null,
    create: (keep: KeepAnswer<Answer>) => Promise<Result>,
  ): Promise<Created<Answer, Result>> {
    if (named === null) return { replayed: false, result: await create(() => Promise.resolve()) };
    const earlier = await this.earlier<Answer>(named);
    if (earlier !== null) return { replayed: true, answer: earlier };
    try {
      return { replayed: false, result: await create(this.keeping(named)) };
    } catch (error) {
      // Whatever is taken may have been taken by the same request a moment ago.
      if (!(error instanceof AppError) || !TAKEN.has(error.code)) throw error;
      const winner = await this.earlier<Answer>(named);
      if (winner === null) throw error;
      return { replayed: true, answer: winner };
    }
  }

  /** The same when the answer is all that the creation comes to: it is given back, with `replayed` when it was kept. */
  async answer<Answer extends object>(
    named: NamedCreation | null,
    create: (keep: KeepAnswer<Answer>) => Promise<Answer>,
  ): Promise<Answer & { readonly replayed?: true }> {
    const created = await this.run<Answer, Answer>(named, create);
    return created.replayed ? { ...created.answer, replayed: true } : created.result;
  }

  private keeping<Answer>(named: NamedCreation): KeepAnswer<Answer> {
    return (transaction, realmId, answer) =>
      transaction.keepAnswer(
        { ...named, realmId, answer: JSON.stringify(answer), createdAt: this.clock.now() },
        this.oldest(),
      );
  }

  private async earlier<Answer>({ keyHash, requestHash }: NamedCreation): Promise<Answer | null> {
    const kept = await this.answers.find(keyHash, this.oldest());
    if (kept === null) return null;
    if (!kept.requestHash.equals(requestHash)) throw keyReused();
    return JSON.parse(kept.answer) as Answer;
  }

  private oldest(): Date {
    return new Date(this.clock.now().getTime() - IDEMPOTENCY_KEPT_SECONDS * 1_000);
  }
}

/** How a name that is taken is told: some services say which member is wrong. */
const TAKEN: ReadonlySet<string> = new Set(['conflict', 'validation_failed']);
