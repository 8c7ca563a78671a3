import { AppError } from '#errors';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** Form bodies are a handful of parameters. */
const FORM_LIMIT_BYTES = 16 * 1024;
/** The largest thing an administrator sends is a client with its redirect URIs. */
export const BODY_LIMIT_BYTES = 64 * 1024;

const FORM_TYPE = 'application/x-www-form-urlencoded';

/**
 * A body as it came. It is decoded by the route that wants it, after the guard: who may not call a route gets to know
 * nothing about what it would have said to the body.
 */
export class RawBody {
  constructor(
    /** The `Content-Type` header, undecoded. */
    readonly contentType: string | undefined,
    readonly bytes: Buffer,
  ) {}
}

/** A media type in lower case and its `charset` parameter, of a `Content-Type` header. */
export interface MediaType {
  readonly type: string;
  readonly charset: string | null;
}

/** Reads a `Content-Type` header (RFC 9110 §8.3); parameters other than `charset` mean nothing here. */
export function parseMediaType(header: string | undefined): MediaType {
  const [type = '', ...parameters] = (header ?? '').split(';');
  const charset = parameters
    .map((parameter) => /^\s*charset\s*=\s*"?([^"\s]+)"?\s*$/i.exec(parameter)?.[1])
    .find((value) => value !== undefined);
  return { type: type.trim().toLowerCase(), charset: charset?.toLowerCase() ?? null };
}

/** Whether a body may be read as the form of RFC 6749 Appendix B. */
export function isForm(contentType: string | undefined): boolean {
  if (contentType === FORM_TYPE) return true;
  const { type, charset } = parseMediaType(contentType);
  return type === FORM_TYPE && (charset === null || charset === 'utf-8');
}

/** Replaces every body parser by ones that hand the bytes over. */
export function registerRawBodyParsers(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  for (const [type, bodyLimit] of [
    [FORM_TYPE, FORM_LIMIT_BYTES],
    ['*', BODY_LIMIT_BYTES],
  ] as const) {
    instance.addContentTypeParser(type, { parseAs: 'buffer', bodyLimit }, (request, bytes, done) => {
      // Unpacking would open the door to bodies that are larger inside than outside.
      if (isEncoded(request)) done(new AppError('unsupported_media_type', { detail: 'Send the body uncompressed.' }));
      else done(null, new RawBody(request.headers['content-type'], bytes as Buffer));
    });
  }
}

function isEncoded(request: FastifyRequest): boolean {
  const encoding = request.headers['content-encoding'];
  return encoding !== undefined && encoding.toLowerCase() !== 'identity';
}
