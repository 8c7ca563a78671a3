import { AppError } from '#errors';
import type { GatewayReply, GatewayRequest } from './gateway-request.js';

const ENTITY_TAG = /^\s*(W\/)?"([\x21\x23-\x7e\x80-\xff]*)"\s*$/;
/** Versions are PostgreSQL bigints that JavaScript can still count. */
const VERSION = /^(?:0|[1-9]\d{0,15})$/;

interface EntityTag {
  readonly weak: boolean;
  readonly value: string;
}

/** The strong entity tag of an object's version. */
export function entityTag(version: number): string {
  return `"${version}"`;
}

/**
 * The version that `If-Match` asks for (RFC 9110 §13.1.1); null when any will do (no header, or `*`). `current` is only asked
 * when several tags are given.
 *
 * @throws AppError `precondition_failed` when no version can match (weak tags never do), `malformed_request` for what is no
 *   entity tag.
 */
export async function ifMatchVersion(request: GatewayRequest, current: () => Promise<number>): Promise<number | null> {
  const header = request.headers['if-match'];
  if (header === undefined || header.trim() === '*') return null;
  const versions = parseTags('If-Match', header)
    .filter(({ weak, value }) => !weak && VERSION.test(value))
    .map(({ value }) => Number(value));
  const [first, ...others] = versions;
  if (first === undefined) throw new AppError('precondition_failed');
  if (others.length === 0) return first;
  const version = await current();
  if (!versions.includes(version)) throw new AppError('precondition_failed');
  return version;
}

/**
 * Sends a body with its strong entity tag, or 304 without one when the caller has it already (`If-None-Match`, RFC 9110
 * §13.1.2, weak comparison).
 */
export function answerWithTag<T>(request: GatewayRequest, reply: GatewayReply, tag: string, body: T): T | undefined {
  // Read first: an answer that the header is malformed is no answer about this object, and has no tag.
  const known = isNoneMatch(request, tag);
  reply.header('etag', tag);
  if (!known) return body;
  reply.code(304);
  return undefined;
}

function isNoneMatch(request: GatewayRequest, tag: string): boolean {
  const header = request.headers['if-none-match'];
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const value = ENTITY_TAG.exec(tag)?.[2];
  return parseTags('If-None-Match', header).some((candidate) => candidate.value === value);
}

function parseTags(name: string, header: string): EntityTag[] {
  return header.split(',').map((part) => {
    const match = ENTITY_TAG.exec(part);
    if (match === null) throw new AppError('malformed_request', { detail: `${name} must hold quoted entity tags.` });
    return { weak: match[1] !== undefined, value: match[2] ?? '' };
  });
}
