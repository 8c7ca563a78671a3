import type { SigningAlgorithm } from '#contracts';
import type { CallContext } from '#messaging';
import { Logger } from '#observability';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import type { AccessTokenClaims } from '../../domain/access-token.js';
import { IssuanceObserver } from '../../domain/issuance-observer.js';
import { fitClaims, type FittedClaims, type TokenSizeLimits } from '../../domain/token-size.js';

/** Clients that were told of; a client is told of again an hour later. */
const MAX_TOLD = 10_000;
const TOLD_AGAIN_MS = 3_600_000;

/** Keeps access tokens at a length that every proxy and server takes in a header, and tells of those that come near. */
@Injectable()
export class TokenSize {
  private readonly told = new LRUCache<string, true>({ max: MAX_TOLD, ttl: TOLD_AGAIN_MS });

  constructor(
    readonly limits: TokenSizeLimits,
    private readonly observer: IssuanceObserver,
    private readonly logger: Logger,
  ) {}

  /** The claims as the token may carry them. @throws AppError `invalid_scope` when it would be too long all the same. */
  fit(claims: AccessTokenClaims, algorithm: SigningAlgorithm): FittedClaims {
    return fitClaims(claims, algorithm, this.limits);
  }

  /** Counts a token, and tells of one that is long; what its audit record says of that. */
  issued(
    { claims, bytes, warning }: FittedClaims,
    context: CallContext,
  ): { readonly token_bytes?: number; readonly roles_omitted?: true } {
    this.observer.sized(bytes);
    if (warning === null) return {};
    const key = `${claims.iss} ${claims.client_id} ${warning}`;
    if (!this.told.has(key)) {
      this.told.set(key, true);
      this.logger.warn(
        { issuer: claims.iss, clientId: claims.client_id, subjectId: claims.sub, bytes, requestId: context.requestId },
        warning === 'large'
          ? 'An access token is large: ask for less with resource or scope, or give fewer roles'
          : 'An access token would be too large: it went without the names of roles',
      );
    }
    return { token_bytes: bytes, ...(warning === 'roles_omitted' ? { roles_omitted: true } : {}) };
  }
}
