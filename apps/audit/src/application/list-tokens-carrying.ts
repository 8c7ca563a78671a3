import type { IssuedToken } from '#contracts';
import { Injectable } from '@nestjs/common';
import { HistoryLog } from '../domain/history/history-log.js';
import { carries, issuedToken } from '../domain/history/issued-token.js';
import { LIFETIME_MARKS, longestLifetimeSeconds, pastRealm, REALM_EVENTS } from '../domain/history/past-realm.js';

/** Where a search stands: the event it looked at last, and how far back from the window tokens may have been issued. */
export interface SearchPosition {
  readonly id: string;
  readonly longestSeconds: number;
}

/** Tokens that were found, newest first. */
export interface CarryingPage {
  readonly tokens: readonly IssuedToken[];
  readonly next: SearchPosition | null;
}

/** The longest that any token may live (the upper bound of the setting); holds where the log does not tell. */
const LONGEST_POSSIBLE_SECONDS = 31_536_000;
/** A record is made before the seconds of its token's life are counted, by at most this much. */
const SLACK_MS = 60_000;

/** Lists the tokens that carried a permission while they were alive in a window of time. */
@Injectable()
export class ListTokensCarrying {
  constructor(private readonly log: HistoryLog) {}

  async execute(query: {
    readonly realmId: string;
    readonly permission: string;
    readonly audience: string | null;
    readonly from: Date;
    readonly to: Date;
    readonly after: SearchPosition | null;
    readonly limit: number;
  }): Promise<CarryingPage> {
    const { realmId, permission, audience, from, to, after, limit } = query;
    const longestSeconds = after?.longestSeconds ?? (await this.longestLifetime(realmId, to));
    const { events, lookedAtTo } = await this.log.issued({
      realmId,
      from: new Date(from.getTime() - longestSeconds * 1_000 - SLACK_MS),
      to,
      after: after?.id ?? null,
      // A permission is a scope token (RFC 6749 §3.3), which JSON never escapes.
      holding: permission,
      limit,
    });
    const tokens = events.flatMap((event) => {
      const token = carries(event, permission, audience) ? issuedToken(event) : null;
      return token !== null && new Date(token.expires_at) > from ? [token] : [];
    });
    return { tokens, next: lookedAtTo === null ? null : { id: lookedAtTo, longestSeconds } };
  }

  /** Of any token that was issued before a time. */
  private async longestLifetime(realmId: string, before: Date): Promise<number> {
    const query = { realmId, before };
    const realm = await this.log.happened({ ...query, types: REALM_EVENTS });
    if (pastRealm(realm).events.created === null) return LONGEST_POSSIBLE_SECONDS;
    const types = ['client.created', 'client.updated'];
    const clients = await this.log.happened({ ...query, types, holding: LIFETIME_MARKS });
    return longestLifetimeSeconds([...realm, ...clients]);
  }
}
