import { IDEMPOTENCY_KEPT_SECONDS } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import { Injectable } from '@nestjs/common';
import { keyReused, type NamedCreation } from '../domain/idempotency.js';
import { KeptAnswers } from '../domain/kept-answers.js';
import type { RegistryTransaction } from '../domain/registry-transactions.js';

/** Keeps the answer of a creation; call it in the transaction that creates. The answer must hold no secret. */
export type KeepAnswer<Answer> = (transaction: RegistryTransaction, realmId: string, answer: Answer) => Promise<void>;

/** What a creation came to. */
export type Created<Answer, Result> =
  { readonly replayed: false; readonly result: Result } | { readonly replayed: true; readonly answer: Answer };

/**
 * Creates once, however often a caller asks under one key, at whatever instance: the answer is kept in the transaction of the
 * creation, so there is no moment at which one of them is there without the other. Of several that ask at once one creates;
 * the others wait for its commit and are answered like it. A creation that failed keeps nothing: it is tried afresh.
 */
@Injectable()
export class IdempotentCreation {
  constructor(
    private readonly answers: KeptAnswers,
    private readonly clock: Clock,
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
      if (!(error instanceof AppError) || error.code !== 'conflict') throw error;
      const winner = await this.earlier<Answer>(named);
      if (winner === null) throw error;
      return { replayed: true, answer: winner };
    }
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
