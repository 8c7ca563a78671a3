import { AppError, type FieldError } from '#errors';

/** No body of the API is deeper than three. */
const MAX_DEPTH = 16;
/** Names that mean something to JavaScript objects; nobody has a reason to send them. */
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype']);

interface Visit {
  readonly value: unknown;
  readonly path: readonly string[];
}

/**
 * Decodes a JSON body (RFC 8259) and refuses what no later step should meet: bytes that are not UTF-8, deep nesting, member
 * names that pollute prototypes or come twice, and text that PostgreSQL cannot keep (U+0000, unpaired surrogates).
 *
 * @throws AppError `malformed_request` when it is no JSON, `validation_failed` with pointers otherwise.
 */
export function parsePlainJson(bytes: Buffer): unknown {
  let text: string;
  let value: unknown;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    value = JSON.parse(text) as unknown;
  } catch {
    throw new AppError('malformed_request', { detail: 'The body is not valid JSON.' });
  }
  if (inspect(value) !== writtenMembers(text)) {
    throw new AppError('malformed_request', { detail: 'The body names a member twice.' });
  }
  return value;
}

/** The text of one string problem; undefined when the string can be kept. */
export function textProblem(text: string): string | undefined {
  if (text.includes('\u0000')) return 'must not contain the character U+0000';
  return text.isWellFormed() ? undefined : 'must not contain unpaired surrogates';
}

/** How many members the text of valid JSON writes down, each as often as it is there: `JSON.parse` keeps the last one only. */
function writtenMembers(text: string): number {
  let count = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*(:)?/g)) if (colon !== undefined) count += 1;
  return count;
}

/** @returns how many members there are in all. */
function inspect(root: unknown): number {
  let members = 0;
  const problems: FieldError[] = [];
  // A loop, not recursion: depth is the caller's choice.
  const pending: Visit[] = [{ value: root, path: [] }];
  for (let visit = pending.pop(); visit !== undefined; visit = pending.pop()) {
    const { value, path } = visit;
    if (path.length > MAX_DEPTH) throw new AppError('malformed_request', { detail: 'The body is nested too deeply.' });
    if (typeof value === 'string') {
      const message = textProblem(value);
      if (message !== undefined) problems.push(fieldError(path, message));
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        if (!Array.isArray(value)) members += 1;
        const memberPath = [...path, name];
        if (!Array.isArray(value) && (FORBIDDEN_NAMES.has(name) || textProblem(name) !== undefined)) {
          problems.push(fieldError(memberPath, 'is not a member of this object'));
        } else {
          pending.push({ value: member, path: memberPath });
        }
      }
    }
  }
  if (problems.length > 0) throw new AppError('validation_failed', { fields: problems.slice(0, 20) });
  return members;
}

/** A field error at a path; the pointer is escaped as RFC 6901 §3 says. */
export function fieldError(path: readonly string[], message: string): FieldError {
  return {
    pointer: path.map((part) => `/${printable(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join(''),
    field: path.map(printable).join('.'),
    message,
  };
}

function printable(name: string): string {
  return name.slice(0, 100).toWellFormed().replaceAll('\u0000', '\ufffd');
}
