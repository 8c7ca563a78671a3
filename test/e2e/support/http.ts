import { expect } from '@jest/globals';
import { expectDocumented } from './document.js';
import { baseUrl } from './shape.js';

/** A whole HTTP answer. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; `undefined` when it is empty or something else. */
  readonly body: unknown;
}

/** A request as a test writes it. */
export interface Ask {
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as it is. */
  readonly raw?: string | Uint8Array;
  /** Sent as `application/json`. */
  readonly json?: unknown;
  /** Sent as `application/x-www-form-urlencoded`; pairs, so that a name may repeat. */
  readonly form?: readonly (readonly [string, string])[] | Readonly<Record<string, string>>;
  readonly bearer?: string;
  /** Another gateway than the first. */
  readonly base?: string;
}

/**
 * Sends a request and reads the whole answer. An answer that leaks a stack trace, is a 500, or is not as the API's document says
 * fails the test at once.
 */
export async function ask(method: string, path: string, request: Ask = {}): Promise<Answer> {
  const headers = new Headers(request.headers);
  let body: RequestInit['body'] = null;
  if (request.raw !== undefined) {
    body = typeof request.raw === 'string' ? request.raw : Buffer.from(request.raw);
  } else if (request.json !== undefined) {
    body = JSON.stringify(request.json);
    if (!headers.has('content-type')) headers.set('content-type', 'application/json');
  } else if (request.form !== undefined) {
    const form = new URLSearchParams();
    for (const [name, value] of pairsOf(request.form)) form.append(name, value);
    body = form.toString();
    if (!headers.has('content-type')) headers.set('content-type', 'application/x-www-form-urlencoded');
  }
  if (request.bearer !== undefined) headers.set('authorization', `Bearer ${request.bearer}`);
  const response = await fetch(`${request.base ?? baseUrl()}${path}`, { method, headers, body, redirect: 'manual' });
  const text = await response.text();
  const answer = { status: response.status, headers: response.headers, text, body: parsed(text) };
  expectNoLeak(method, path, answer);
  await expectDocumented({ method, path, sent: request.json, status: answer.status, headers: answer.headers, text });
  return answer;
}

function pairsOf(form: NonNullable<Ask['form']>): Iterable<readonly [string, string]> {
  return Symbol.iterator in form ? form : Object.entries(form);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function expectNoLeak(method: string, path: string, { status, text }: Answer): void {
  const where = `${method} ${path.slice(0, 200)} → ${String(status)} ${text.slice(0, 500)}`;
  if (status === 500) throw new Error(`A 500 for what a caller sent: ${where}`);
  if (/\n\s+at .+:\d+|node_modules|\.ts:\d+|\.js:\d+|"stack"/.test(text)) throw new Error(`A stack trace: ${where}`);
}

/** Expects RFC 9457 problem details of a status. */
export function expectProblem(answer: Answer, status: number): void {
  expect({ status: answer.status, text: answer.text }).toMatchObject({ status });
  expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(answer.body).toMatchObject({ status, title: expect.any(String) });
}

/** Expects a 422 with an entry for the member at `pointer`. */
export function expectInvalidMember(answer: Answer, pointer: string): void {
  expectProblem(answer, 422);
  const { errors } = answer.body as { errors?: unknown };
  const names = pointer.split('/').slice(1);
  const field = names.map((name) => name.replaceAll('~1', '/').replaceAll('~0', '~')).join('.');
  // Read after the member's name, which it does not repeat.
  const message = expect.not.stringMatching(new RegExp(`^(${names.at(-1) ?? ''} .*)?$`));
  expect(errors).toEqual(expect.arrayContaining([{ pointer, field, message }]));
}

/** Expects an RFC 6749 §5.2 error with its headers. */
export function expectOAuthError(answer: Answer, status: number, error: string): void {
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status, body: { error } });
  expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
  const { error_description: description, ...rest } = answer.body as Record<string, unknown>;
  expect(Object.keys(rest)).toEqual(['error']);
  // RFC 6749 §5.2: characters outside %x20-21 / %x23-5B / %x5D-7E must not occur.
  if (description !== undefined) expect(description).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]*$/);
}
