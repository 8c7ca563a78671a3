import { IssueToken, TOKEN_REQUEST_FAULTS, type TokenRequestFault } from '#contracts';
import { AppError } from '#errors';
import { MessageClient } from '#messaging';
import { Injectable } from '@nestjs/common';
import { contextOf } from './call-context.js';
import type { GatewayRequest } from './gateway-request.js';
import { isTokenUrl } from './paths.js';
import { peerOf } from './peer.js';

/** What the contract carries. */
const MAX_REALM_LENGTH = 255;
const MAX_AUTHORIZATION_LENGTH = 8_192;

/** Requests for a token of which the gateway itself cannot make a request: refused like any other, after a record of it. */
@Injectable()
export class UnreadableTokenRequests {
  constructor(private readonly client: MessageClient) {}

  /** Whether this refusal is one that nobody has recorded yet. */
  concern(error: AppError, request: GatewayRequest): boolean {
    return (
      error.facts.status < 500 &&
      // What is no HTTP is no request for a token either.
      error.code !== 'malformed_request' &&
      request.method === 'POST' &&
      request.asksForToken === null &&
      isTokenUrl(request.url) &&
      realmOf(request) !== null
    );
  }

  /** Has it recorded. Resolves to what to answer: the refusal, or why there is no record of it. */
  async record(error: AppError, request: GatewayRequest): Promise<AppError> {
    const reason = faultOf(error);
    const detail = error.detail ?? error.facts.title;
    try {
      await this.client.call(
        IssueToken,
        {
          realm: realmOf(request) ?? '',
          parameters: {},
          resources: [],
          authorization: reason === 'authorization_malformed' ? null : authorizationOf(request),
          peer: peerOf(request),
          ...(reason === null ? {} : { fault: { reason, detail } }),
        },
        contextOf(request),
      );
      return new AppError('internal', { reason: 'unreadable_request_answered' });
    } catch (thrown) {
      const refusal = AppError.from(thrown);
      // In the words and with the status that are the gateway's own.
      return refusal.code === 'invalid_request' ? error : refusal;
    }
  }
}

/** Null when it is the realm's name that cannot be: the token service comes to the same. */
function faultOf({ code, reason }: AppError): TokenRequestFault | null {
  if (isFault(reason)) return reason;
  if (code === 'payload_too_large') return 'body_too_large';
  if (code === 'not_found') return null;
  return code === 'unsupported_media_type' ? 'wrong_content_type' : 'malformed_form';
}

function isFault(reason: string | undefined): reason is TokenRequestFault {
  return reason !== undefined && Object.hasOwn(TOKEN_REQUEST_FAULTS, reason);
}

function authorizationOf({ headers: { authorization } }: GatewayRequest): string | null {
  return authorization === undefined || authorization.length > MAX_AUTHORIZATION_LENGTH ? null : authorization;
}

/** Null where the router did not come so far, or the name is longer than any. */
function realmOf(request: GatewayRequest): string | null {
  const { realm } = (request.params ?? {}) as { realm?: string };
  return realm === undefined || realm.length > MAX_REALM_LENGTH ? null : realm;
}
