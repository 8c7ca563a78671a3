import type { PageRequest } from '#contracts';
import { AppError, type FieldError } from '#errors';
import { parseBound } from './instant.js';
import { textProblem } from './plain-json.js';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 200;
const MAX_CURSOR_LENGTH = 1_024;

/**
 * Reads the query of a list, member by member, and collects what is wrong; `done` throws it all at once. A member that the
 * list does not know is refused: a filter that is silently ignored shows more than was asked for.
 */
export class ListQuery {
  private readonly problems: FieldError[] = [];
  private readonly asked = new Set<string>();
  private readonly members: Readonly<Record<string, unknown>>;

  constructor(query: unknown) {
    this.members = typeof query === 'object' && query !== null ? (query as Record<string, unknown>) : {};
  }

  /** `limit` and `cursor`. */
  page(): PageRequest {
    const limit = this.text('limit', 16);
    const size = limit === undefined ? DEFAULT_LIMIT : Number(limit);
    if (limit !== undefined && (!/^\d{1,4}$/.test(limit) || size < 1 || size > MAX_LIMIT)) {
      this.refuse('limit', `must be a whole number from 1 to ${MAX_LIMIT}`);
    }
    return { limit: size, cursor: this.text('cursor', MAX_CURSOR_LENGTH) ?? null };
  }

  /** A text; an empty one counts as absent. */
  text(name: string, maxLength = 255): string | undefined {
    this.asked.add(name);
    const value = Object.hasOwn(this.members, name) ? this.members[name] : undefined;
    if (value === undefined || value === '') return undefined;
    if (typeof value !== 'string') return this.refuse(name, 'must be given once');
    const problem = value.length > maxLength ? `must be at most ${maxLength} characters long` : textProblem(value);
    return problem === undefined ? value : this.refuse(name, problem);
  }

  /** One of a fixed set. */
  oneOf<const T extends string>(name: string, values: readonly T[]): T | undefined {
    const text = this.text(name);
    const value = values.find((candidate) => candidate === text);
    if (text === undefined || value !== undefined) return value;
    return this.refuse(name, `must be one of ${values.join(', ')}`);
  }

  /** `true` or `false`. */
  boolean(name: string): boolean | undefined {
    const text = this.oneOf(name, ['true', 'false']);
    return text === undefined ? undefined : text === 'true';
  }

  /**
   * An RFC 3339 instant that bounds a search, brought to UTC with milliseconds, which is what times are recorded with: of finer ones
   * the next, so that nothing is found that was recorded before `from`, and all that was before `to`.
   */
  instant(name: string): string | undefined {
    const text = this.text(name, 40);
    if (text === undefined) return undefined;
    return parseBound(text) ?? this.refuse(name, 'must be an RFC 3339 time such as 2026-01-31T12:00:00Z');
  }

  /** Notes a problem that concerns a member. */
  refuse(name: string, message: string): undefined {
    if (!this.problems.some(({ field }) => field === name)) this.problems.push({ pointer: '', field: name, message });
    return undefined;
  }

  /** @throws AppError `validation_failed` with every problem found, unknown members included. */
  done(): void {
    for (const name of Object.keys(this.members)) {
      if (!this.asked.has(name)) this.refuse(name.slice(0, 100).toWellFormed(), 'is not a parameter of this list');
    }
    if (this.problems.length > 0) {
      throw new AppError('validation_failed', {
        detail: 'The query has members that cannot be used.',
        fields: this.problems.slice(0, 20),
      });
    }
  }
}
