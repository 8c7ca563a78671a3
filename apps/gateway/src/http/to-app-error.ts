import { AppError, type ErrorCode } from '#errors';
import { HttpException } from '@nestjs/common';

/** The code for a status that the HTTP layer itself came to, before any of our code saw the request. */
const CODE_OF_STATUS: Readonly<Record<number, ErrorCode>> = {
  400: 'malformed_request',
  401: 'invalid_token',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  408: 'malformed_request',
  413: 'payload_too_large',
  // A path longer than any that exists.
  414: 'not_found',
  415: 'unsupported_media_type',
};

/** Sentences for what the HTTP layer refuses; its own ones name its internals. */
const DETAIL_OF_CODE: Partial<Record<ErrorCode, string>> = {
  malformed_request: 'The request is not well-formed HTTP.',
  payload_too_large: 'The body is larger than this route accepts.',
  unsupported_media_type: 'This route does not accept bodies of this content type.',
};

/** Anything thrown on the way of a request, as an `AppError`; what is not known is `internal`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof AppError) return thrown;
  const status = thrown instanceof HttpException ? thrown.getStatus() : fastifyStatus(thrown);
  const code = status === undefined ? undefined : CODE_OF_STATUS[status];
  if (code === undefined) return AppError.from(thrown);
  const detail = DETAIL_OF_CODE[code];
  return new AppError(code, { ...(detail === undefined ? {} : { detail }), cause: thrown, reason: 'http_layer' });
}

function fastifyStatus(thrown: unknown): number | undefined {
  // An aborted upload comes as a plain error of the stream that Fastify has marked with a status.
  if (!(thrown instanceof Error) || !('statusCode' in thrown)) return undefined;
  return typeof thrown.statusCode === 'number' ? thrown.statusCode : undefined;
}
