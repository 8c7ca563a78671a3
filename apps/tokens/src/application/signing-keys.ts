import type { SigningAlgorithm } from '#contracts';
import { Outbox } from '#database';
import { AppError } from '#errors';
import { Clock } from '#host';
import { newCallContext, type CallContext } from '#messaging';
import { Logger } from '#observability';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { KeyVault, type KeyHandle } from '../domain/key-vault.js';
import { ACTIVE_KEY_CACHE_MS, type SigningKey } from '../domain/signing-key.js';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';
import { Coalesced } from './coalesced.js';
import { MakeSigningKey, type KeyRealm } from './make-signing-key.js';

/** An active key, opened. */
export interface ActiveKey {
  readonly kid: string;
  readonly algorithm: SigningAlgorithm;
  readonly handle: KeyHandle;
}

interface Slot {
  readonly load: Coalesced<LoadedKey>;
  loaded: LoadedKey | null;
}

interface LoadedKey extends ActiveKey {
  longestLifetimeSeconds: number;
  /** When the query that found it began. */
  readonly asOfMs: number;
}

const MAX_REALMS = 5_000;
/** From this age on a key in use is looked up again beside the work, so that warm requests never wait for SQL. */
const REFRESH_AFTER_MS = ACTIVE_KEY_CACHE_MS / 2;
const MAX_ATTEMPTS = 3;
const REFRESH_DEADLINE_MS = 5_000;

/**
 * The keys that sign, opened and kept for at most `ACTIVE_KEY_CACHE_MS`: the time on which the publication of a retired key
 * reckons. A realm's first key of an algorithm is made when it is first needed.
 */
@Injectable()
export class SigningKeys {
  private readonly slots = new LRUCache<string, Slot>({ max: MAX_REALMS });

  constructor(
    private readonly repository: SigningKeyRepository,
    private readonly vault: KeyVault,
    private readonly maker: MakeSigningKey,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /**
   * The active key, once it is on record that it signs tokens of this lifetime.
   *
   * @throws AppError `unavailable` when the key store does not answer and what is kept is too old.
   */
  async forSigning(
    realm: KeyRealm,
    algorithm: SigningAlgorithm,
    lifetimeSeconds: number,
    context: CallContext,
  ): Promise<ActiveKey> {
    const slot = this.slotOf(realm, algorithm);
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      const key = this.fresh(slot) ?? (await this.load(slot, context));
      if (lifetimeSeconds <= key.longestLifetimeSeconds) return key;
      if (await this.repository.raiseLongestLifetime(realm.id, key.kid, lifetimeSeconds)) {
        key.longestLifetimeSeconds = Math.max(key.longestLifetimeSeconds, lifetimeSeconds);
        return key;
      }
      // Retired since it was read: its publication no longer grows with what it signs.
      slot.loaded = null;
    }
    throw new AppError('unavailable', { reason: 'signing_key_changing', retryAfterSeconds: 1 });
  }

  /** Makes the realm's active key unless there is one. */
  async ensureActive(realm: KeyRealm, algorithm: SigningAlgorithm, context: CallContext): Promise<SigningKey> {
    const active = await this.repository.findActive(realm.id, algorithm);
    if (active !== null) return active;
    const { key, event } = await this.maker.execute('signing_key.created', realm, algorithm, null, context);
    const winner = await this.repository.addActive(key, event);
    await this.outbox.flush(context);
    return winner;
  }

  /** Forgets what is kept of a key that this instance knows to have changed. */
  forget(realmId: string, algorithm: SigningAlgorithm): void {
    this.slots.delete(slotName(realmId, algorithm));
  }

  private slotOf(realm: KeyRealm, algorithm: SigningAlgorithm): Slot {
    const name = slotName(realm.id, algorithm);
    let slot = this.slots.get(name);
    if (slot === undefined) {
      const created: Slot = {
        loaded: null,
        load: new Coalesced(async () => (created.loaded = await this.read(realm, algorithm, created.loaded))),
      };
      this.slots.set(name, (slot = created));
    }
    return slot;
  }

  private fresh(slot: Slot): LoadedKey | null {
    const { loaded } = slot;
    if (loaded === null) return null;
    const age = this.clock.now().getTime() - loaded.asOfMs;
    // A clock that was set back says nothing about age.
    if (age < 0 || age >= ACTIVE_KEY_CACHE_MS) return null;
    if (age >= REFRESH_AFTER_MS && slot.load.idle) {
      slot.load.run().catch((error: unknown) => {
        this.logger.warn({ error, kid: loaded.kid }, 'The active signing key could not be looked up again');
      });
    }
    return loaded;
  }

  private async load(slot: Slot, context: CallContext): Promise<LoadedKey> {
    try {
      return await slot.load.run();
    } catch (thrown) {
      this.logger.error({ error: thrown, requestId: context.requestId }, 'The active signing key cannot be used');
      if (thrown instanceof AppError) throw thrown;
      throw new AppError('unavailable', { reason: 'signing_key_unreadable', retryAfterSeconds: 1, cause: thrown });
    }
  }

  private async read(realm: KeyRealm, algorithm: SigningAlgorithm, before: LoadedKey | null): Promise<LoadedKey> {
    const asOfMs = this.clock.now().getTime();
    const key = await this.ensureActive(realm, algorithm, newCallContext({ deadlineMs: REFRESH_DEADLINE_MS }));
    const handle = before?.kid === key.kid ? before.handle : await this.vault.openPrivate(key);
    const { kid, longestLifetimeSeconds } = key;
    return { kid, algorithm, handle, longestLifetimeSeconds, asOfMs };
  }
}

function slotName(realmId: string, algorithm: SigningAlgorithm): string {
  return `${realmId}/${algorithm}`;
}
