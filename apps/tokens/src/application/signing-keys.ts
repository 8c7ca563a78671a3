import { ActiveKeySnapshot, activeKeySnapshotKey, type SigningAlgorithm } from '#contracts';
import { AppError } from '#errors';
import { newCallContext, type CallContext } from '#messaging';
import { Logger } from '#observability';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { KeyVault, type KeyHandle } from '../domain/key-vault.js';
import type { KeyAddress } from '../domain/signing-key.js';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';
import { Coalesced } from './coalesced.js';
import { EnsureActiveKey } from './ensure-active-key.js';
import type { KeyRealm } from './make-signing-key.js';
import type { SnapshotView } from './snapshot-view.js';

/** An active key, opened. */
export interface ActiveKey extends KeyAddress {
  readonly kid: string;
  readonly handle: KeyHandle;
}

interface OpenedKey extends ActiveKey {
  /** At least this is on record as the longest lifetime of what it signs. */
  longestLifetimeSeconds: number;
}

/** As many as there are realms in a large installation; an opened key is a few kilobytes. */
const MAX_KEYS = 20_000;
const MAX_ATTEMPTS = 3;
const unhandled = (): void => {};
/** How long several requests together wait for a key to be found or made, and opened. */
const LOAD_DEADLINE_MS = 5_000;

/**
 * The keys that sign. Which one does is read afresh in every request (G2); what is kept is only that a `kid` has been opened. A
 * realm's first key of an algorithm is made when it is first needed.
 */
@Injectable()
export class SigningKeys {
  private readonly opened = new LRUCache<string, OpenedKey>({ max: MAX_KEYS });
  private readonly loads = new LRUCache<string, Coalesced<OpenedKey>>({ max: MAX_KEYS });

  /** Loads that were begun ahead and are under way. */
  private readonly first = new Map<string, Promise<OpenedKey>>();

  constructor(
    private readonly repository: SigningKeyRepository,
    private readonly vault: KeyVault,
    private readonly ensureActiveKey: EnsureActiveKey,
    private readonly logger: Logger,
  ) {}

  /**
   * Starts what signing will need: reads which key is active and, the first time, opens it, while the request waits for other things.
   * For who has authenticated, because it may make a key.
   */
  prepare(realm: KeyRealm, algorithm: SigningAlgorithm, view: SnapshotView): void {
    const name = activeKeySnapshotKey(realm.id, algorithm);
    void view.read(ActiveKeySnapshot, name);
    if (this.loads.has(name)) return;
    const first = this.load(realm, algorithm);
    this.first.set(name, first);
    // Whoever needs it tries again, and tells.
    first.catch(unhandled).finally(() => this.first.delete(name));
  }

  /**
   * The active key, once it is on record that it signs tokens of this lifetime.
   *
   * @throws AppError `unavailable` when it is not known which key is active, or when it has to be looked up and the key store
   *   does not answer.
   */
  async forSigning(
    realm: KeyRealm,
    algorithm: SigningAlgorithm,
    lifetimeSeconds: number,
    view: SnapshotView,
    context: CallContext,
  ): Promise<ActiveKey> {
    const active = await view.read(ActiveKeySnapshot, activeKeySnapshotKey(realm.id, algorithm));
    await this.first.get(activeKeySnapshotKey(realm.id, algorithm))?.catch(unhandled);
    const known = active === null ? undefined : this.opened.get(active.kid);
    const fits = known?.realmId === realm.id && known.algorithm === algorithm;
    try {
      return await this.onRecord(fits ? known : await this.load(realm, algorithm), realm, lifetimeSeconds);
    } catch (thrown) {
      this.logger.error({ error: thrown, requestId: context.requestId }, 'The active signing key cannot be used');
      if (thrown instanceof AppError) throw thrown;
      throw new AppError('unavailable', { reason: 'signing_key_unreadable', retryAfterSeconds: 1, cause: thrown });
    }
  }

  /** The key, or the one that has replaced it, when it is on record that it signs tokens of this lifetime. */
  private async onRecord(found: OpenedKey, realm: KeyRealm, lifetimeSeconds: number): Promise<OpenedKey> {
    let key = found;
    for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
      if (lifetimeSeconds <= key.longestLifetimeSeconds) return key;
      if (await this.repository.raiseLongestLifetime(realm.id, key.kid, lifetimeSeconds)) {
        key.longestLifetimeSeconds = Math.max(key.longestLifetimeSeconds, lifetimeSeconds);
        return key;
      }
      // Retired since it was read: its publication no longer grows with what it signs.
      key = await this.load(realm, key.algorithm);
    }
    throw new AppError('unavailable', { reason: 'signing_key_changing', retryAfterSeconds: 1 });
  }

  /** The key that the store says is active, which is at least as new as the one that the snapshot names. */
  private load(realm: KeyRealm, algorithm: SigningAlgorithm): Promise<OpenedKey> {
    const name = activeKeySnapshotKey(realm.id, algorithm);
    let load = this.loads.get(name);
    if (load === undefined) {
      load = new Coalesced(() => this.open(realm, algorithm));
      this.loads.set(name, load);
    }
    return load.run();
  }

  private async open(realm: KeyRealm, algorithm: SigningAlgorithm): Promise<OpenedKey> {
    const context = newCallContext({ deadlineMs: LOAD_DEADLINE_MS });
    const key = await this.ensureActiveKey.execute(realm, algorithm, context);
    const known = this.opened.get(key.kid);
    if (known?.realmId === realm.id) return known;
    const handle = await this.vault.openPrivate(key);
    const { kid, realmId, longestLifetimeSeconds } = key;
    const opened = { kid, realmId, algorithm, handle, longestLifetimeSeconds };
    this.opened.set(kid, opened);
    return opened;
  }
}
