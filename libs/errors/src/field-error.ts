import { AppError } from './app-error.js';

/** One invalid member of a request body. */
export interface FieldError {
  /** RFC 6901 JSON pointer such as `/redirect_uris/0`; empty for a member of the query. */
  readonly pointer: string;
  /** The same for people: `redirect_uris.0`. */
  readonly field: string;
  /** What is wrong, to be read after the name of the member, which it does not repeat: `must be an https URL`. */
  readonly message: string;
}

/** What is wrong with the member at a pointer. */
export function fieldErrorAt(pointer: string, message: string): FieldError {
  return { pointer, field: pointer.slice(1).replaceAll('/', '.'), message };
}

/** Runs `work`, and adds what it finds invalid to the problems, moved to its place under a pointer. @returns null then. */
export function collectingFieldErrors<T>(problems: FieldError[], pointer: string, work: () => T): T | null {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'validation_failed') throw error;
    problems.push(...(error.fields ?? []).map((field) => fieldErrorAt(pointer + field.pointer, field.message)));
    return null;
  }
}
