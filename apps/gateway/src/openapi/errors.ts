import { AppError, ERROR_CODES, type ErrorCode } from '#errors';
import type { RouteHandler } from '../access/route-table.js';
import { oauthAnswer, problemAnswer } from '../http/error-answers.js';
import type { Components, Json } from './components.js';
import type { OperationDoc } from './operation.js';
import { OAuthError, Problem } from './schemas.js';

/** What any request can come to: it may be no HTTP, the gateway may be full, a part may be away. */
const EVERYWHERE: readonly ErrorCode[] = [
  'malformed_request',
  'internal',
  'overloaded',
  'unavailable',
  'deadline_exceeded',
  'cancelled',
];

/** The errors that a route may answer. */
export function errorsOf(route: RouteHandler, doc: OperationDoc, takesJson: boolean): ReadonlySet<ErrorCode> {
  const { method, path, requirement } = route.facts;
  const errors = new Set<ErrorCode>([...EVERYWHERE, ...(doc.errors ?? [])]);
  if (requirement?.kind !== 'public') errors.add('invalid_token').add('forbidden');
  if (path.includes(':')) errors.add('not_found');
  // Bodies are bounded, and must come uncompressed, whether a route wants one or not.
  if (method !== 'GET') errors.add('payload_too_large').add('unsupported_media_type');
  if (takesJson || doc.query !== undefined) errors.add('validation_failed');
  if (doc.conditional === true) errors.add('precondition_failed');
  return errors;
}

/** References to the error answers of an operation, by status. */
export function errorAnswers(codes: ReadonlySet<ErrorCode>, oauth: boolean): Json {
  const statuses = [...new Set([...codes].map((code) => statusOf(code, oauth)))].sort((a, b) => a - b);
  return Object.fromEntries(
    statuses.map((status) => [status, { $ref: `#/components/responses/${answerName(status, oauth)}` }]),
  );
}

/** Every error answer that operations refer to. */
export function errorComponents(components: Components): Json {
  const codes = Object.keys(ERROR_CODES) as ErrorCode[];
  const answers: Json = {};
  for (const oauth of [false, true]) {
    // Outside the protocol endpoints the codes of the family `oauth` are never answered.
    const spoken = codes.filter((code) => oauth || ERROR_CODES[code].family === 'api');
    for (const status of new Set(spoken.map((code) => statusOf(code, oauth)))) {
      const meant = spoken.filter((code) => statusOf(code, oauth) === status);
      answers[answerName(status, oauth)] = {
        description: `${meant.map((code) => `${ERROR_CODES[code].title} (\`${oauth ? oauthWord(code) : code}\`)`).join('; ')}.`,
        headers: errorHeaders(status, oauth),
        content: {
          [oauth ? 'application/json' : 'application/problem+json']: {
            schema: components.schema(oauth ? OAuthError : Problem),
          },
        },
      };
    }
  }
  return answers;
}

function errorHeaders(status: number, oauth: boolean): Json {
  const header = (name: string) => ({ $ref: `#/components/headers/${name}` });
  return {
    'X-Request-Id': header('RequestId'),
    ...(status === 401 ? { 'WWW-Authenticate': header(oauth ? 'ClientChallenge' : 'Challenge') } : {}),
    ...(status === 403 && !oauth ? { 'WWW-Authenticate': header('ScopeChallenge') } : {}),
    ...(status === 429 || status === 503 ? { 'Retry-After': header('RetryAfter') } : {}),
  };
}

function statusOf(code: ErrorCode, oauth: boolean): number {
  return (oauth ? oauthAnswer(new AppError(code)) : problemAnswer(new AppError(code), '')).status;
}

function oauthWord(code: ErrorCode): string {
  return (JSON.parse(oauthAnswer(new AppError(code)).body) as { error: string }).error;
}

function answerName(status: number, oauth: boolean): string {
  return `${oauth ? 'OAuthError' : 'Problem'}${status}`;
}
