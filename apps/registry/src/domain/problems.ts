import { AppError, fieldErrorAt, type FieldError } from '#errors';

/** Collects everything that is wrong with a request, so that the caller learns all of it at once. */
export class Problems {
  private readonly found: FieldError[] = [];

  /** Adds a problem with the member of the body at a pointer; null is none. */
  add(pointer: string, message: string | null): void {
    if (message !== null) this.found.push(fieldErrorAt(pointer, message));
  }

  /** @throws AppError `validation_failed` when anything was added. */
  throwIfAny(): void {
    if (this.found.length > 0) throw new AppError('validation_failed', { fields: [...this.found] });
  }
}

/** Says why a text of one line is not acceptable: what moves the cursor or ends a line makes lists and logs say what they do not. */
export function lineProblem(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  return textProblem(text) ?? (/[\p{Cc}\u2028\u2029]/u.test(text) ? 'must not contain control characters' : null);
}

/** Says why a text for people is not acceptable: a database cannot keep U+0000, and half a character cannot be sent. */
export function textProblem(text: string | null | undefined): string | null {
  if (text === null || text === undefined) return null;
  if (text.includes('\u0000')) return 'must not contain the character U+0000';
  return text.isWellFormed() ? null : 'must be well-formed Unicode';
}
