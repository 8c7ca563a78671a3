import type { CryptoKey } from 'jose';
import { AccessTokenError, invalidToken } from './access-token-error.js';
import { fetchJson } from './fetch-json.js';
import { keyAddress, readKeySet, type KeySet } from './key-set.js';
import { discoverJwksUri } from './metadata.js';
import type { VerifierSettings } from './options.js';

interface Fetched {
  readonly keys: KeySet;
  readonly atMs: number;
}

/** After a fetch that failed, the next waits this long: an issuer that is down is not helped by a storm. */
const PAUSE_AFTER_FAILURE_MS = 1_000;

/**
 * The keys of one issuer.
 *
 * - Fetched keys are used until their maximal age; from half of it on a use also fetches anew, in the background.
 * - An unknown key makes them be fetched, at most once in the cooldown: rotation is found at once, and made-up key ids cannot be
 *   turned against the issuer.
 * - All who wait share one fetch. When it fails, whoever needs it gets `temporarily_unavailable`; nobody is let through.
 */
export class IssuerKeys {
  private fetched: Fetched | null = null;
  private lastAttemptMs = Number.NEGATIVE_INFINITY;
  /** When an unknown key last made the keys be fetched. */
  private lastSearchMs = Number.NEGATIVE_INFINITY;
  private lastFailure: Error | null = null;
  private underWay: Promise<Fetched> | null = null;

  constructor(
    private readonly trusted: { readonly issuer: string; readonly jwksUri: string | null },
    private readonly settings: VerifierSettings,
  ) {}

  /** @throws AccessTokenError `invalid_token` for no such key, `temporarily_unavailable`. */
  async find(kid: string, algorithm: string): Promise<CryptoKey> {
    const address = keyAddress(kid, algorithm);
    const known = this.usable();
    const key = known?.keys.get(address);
    if (known !== null && key !== undefined) {
      if (this.since(known.atMs) > this.settings.cacheMaxAgeMs / 2) this.refreshInBackground();
      return key;
    }
    if (known !== null && this.underWay === null) {
      if (this.since(this.lastSearchMs) < this.settings.cooldownMs) throw this.unknown();
      this.lastSearchMs = this.settings.now();
    }
    const found = (await this.fetchNow()).keys.get(address);
    if (found === undefined) throw invalidToken('unknown_key');
    return found;
  }

  private usable(): Fetched | null {
    return this.fetched !== null && this.since(this.fetched.atMs) < this.settings.cacheMaxAgeMs ? this.fetched : null;
  }

  /** A clock that was put back makes keys old, not young. */
  private since(atMs: number): number {
    const since = this.settings.now() - atMs;
    return since >= 0 ? since : Number.POSITIVE_INFINITY;
  }

  /** Where the last fetch failed, nobody knows whether there is such a key. */
  private unknown(): AccessTokenError {
    return this.lastFailure === null ? invalidToken('unknown_key') : this.unavailable(this.lastFailure);
  }

  private refreshInBackground(): void {
    if (this.underWay !== null || this.since(this.lastAttemptMs) < this.settings.cooldownMs) return;
    // Who triggers it has a good key; a failure is met by whoever needs the fetch.
    void this.fetchNow().catch(() => undefined);
  }

  private async fetchNow(): Promise<Fetched> {
    if (this.underWay === null) {
      const failure = this.lastFailure;
      if (failure !== null && this.since(this.lastAttemptMs) < PAUSE_AFTER_FAILURE_MS) throw this.unavailable(failure);
      this.underWay = this.load().finally(() => {
        this.underWay = null;
      });
    }
    try {
      return await this.underWay;
    } catch (thrown) {
      throw this.unavailable(thrown);
    }
  }

  private async load(): Promise<Fetched> {
    const { settings, trusted } = this;
    // Counted from the beginning: what is published meanwhile may not be in the answer.
    const atMs = settings.now();
    this.lastAttemptMs = atMs;
    try {
      const uri = trusted.jwksUri ?? (await discoverJwksUri(trusted.issuer, settings));
      const keys = await readKeySet(await fetchJson(uri, settings), settings.algorithms);
      const fetched = { keys, atMs };
      this.fetched = fetched;
      this.lastFailure = null;
      return fetched;
    } catch (thrown) {
      this.lastFailure = thrown instanceof Error ? thrown : new Error('the fetch failed', { cause: thrown });
      throw thrown;
    }
  }

  private unavailable(cause: unknown): AccessTokenError {
    return new AccessTokenError('temporarily_unavailable', 'keys_not_fetched', { retryAfterSeconds: 1, cause });
  }
}
