import { RealmSnapshot } from '#contracts';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { hash } from 'node:crypto';
import { ACCESS_TOKEN_TYPE, readBearerClaims, type BearerClaims } from '../domain/access-token.js';
import { Issuers } from '../domain/issuers.js';
import { TokenCodec, type UnverifiedToken } from '../domain/token-codec.js';
import type { SnapshotView } from './snapshot-view.js';
import { VerificationKeys, type VerificationKey } from './verification-keys.js';

/** A bearer whose signature is good. Whether it means anything now is another question. */
export interface VerifiedBearer {
  readonly realmName: string;
  /** The realm whose key signed it: a realm made again under the same name has another id. */
  readonly realmId: string;
  readonly claims: BearerClaims;
}

const MAX_BEARERS = 20_000;

/**
 * Verifies signatures, each once: a good one stays good, so it is kept under the token's SHA-256. Authority is never kept.
 */
@Injectable()
export class VerifiedBearers {
  private readonly byDigest = new LRUCache<string, VerifiedBearer>({ max: MAX_BEARERS });
  /** Ids of realms by name, as of the last look-up; a wrong one only leads to a second look-up. */
  private readonly realmIds = new LRUCache<string, string>({ max: MAX_BEARERS });

  constructor(
    private readonly keys: VerificationKeys,
    private readonly codec: TokenCodec,
    private readonly issuers: Issuers,
  ) {}

  /** @returns the bearer, or the internal reason why it is none. */
  async verify(token: string, view: SnapshotView): Promise<VerifiedBearer | string> {
    const digest = hash('sha256', token, 'base64');
    const known = this.byDigest.get(digest);
    if (known !== undefined) return known;

    const said = this.codec.peek(token);
    if (said === null) return 'not_a_jwt';
    if (said.type !== ACCESS_TOKEN_TYPE) return 'wrong_token_type';
    const realmName = said.issuer === null ? null : this.issuers.realmOf(said.issuer);
    if (realmName === null) return 'wrong_issuer';
    const found = await this.keyOf(realmName, said, view);
    if (typeof found === 'string') return found;
    if (said.algorithm !== found.key.algorithm) return 'wrong_algorithm';

    const payload = await this.codec.verify(token, found.key);
    if (payload === null) return 'bad_signature';
    const claims = readBearerClaims(payload);
    if (claims === null) return 'claims_missing';
    if (claims.issuer !== this.issuers.of(realmName)) return 'wrong_issuer';
    const bearer: VerifiedBearer = { realmName, realmId: found.realmId, claims };
    this.byDigest.set(digest, bearer);
    return bearer;
  }

  private async keyOf(
    realmName: string,
    said: UnverifiedToken,
    view: SnapshotView,
  ): Promise<{ readonly key: VerificationKey; readonly realmId: string } | string> {
    if (said.kid === null) return 'unknown_key';
    const hinted = this.realmIds.get(realmName);
    if (hinted !== undefined) {
      const key = await this.keys.find(hinted, said.kid);
      if (key !== null) return { key, realmId: hinted };
    }
    const realm = await view.read(RealmSnapshot, realmName);
    if (realm === null) return 'unknown_realm';
    this.realmIds.set(realmName, realm.id);
    if (realm.id === hinted) return 'unknown_key';
    const key = await this.keys.find(realm.id, said.kid);
    return key === null ? 'unknown_key' : { key, realmId: realm.id };
  }
}
