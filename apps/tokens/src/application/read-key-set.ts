import { SnapshotReader } from '#cache';
import { RealmSnapshot, type ReadKeySet as Contract, type ReplyOf, type RequestOf, type SnapshotOf } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Logger } from '#observability';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { isRealmName } from '../domain/issuers.js';
import { encodeKeySet } from '../domain/key-set.js';
import type { SigningKey } from '../domain/signing-key.js';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';
import { Coalesced } from './coalesced.js';
import { EnsureActiveKey } from './ensure-active-key.js';

type Reply = ReplyOf<typeof Contract>;
type Realm = SnapshotOf<typeof RealmSnapshot>;

interface Slot {
  readonly load: Coalesced<readonly SigningKey[]>;
  /** The set as it was last encoded, and of which keys. */
  encoded: { readonly kids: string; readonly reply: Reply; readonly asOfMs: number } | null;
}

const MAX_REALMS = 5_000;
/** For how long the last known set is better than none while the key store is away. */
const STALE_MS = 300_000;

/**
 * A realm's public keys. Requests of one moment share a query, but none is answered from before it came: whoever meets a new
 * `kid` and asks finds it. Also published for a disabled realm, whose tokens may still have to be recognised.
 */
@Injectable()
export class ReadKeySet {
  private readonly slots = new LRUCache<string, Slot>({ max: MAX_REALMS });

  constructor(
    private readonly snapshots: SnapshotReader,
    private readonly repository: SigningKeyRepository,
    private readonly ensureActiveKey: EnsureActiveKey,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** @throws AppError `not_found` for no such realm; `unavailable`. */
  async execute(request: RequestOf<typeof Contract>, context: CallContext): Promise<Reply> {
    const realm = isRealmName(request.realm) ? await this.snapshots.read(RealmSnapshot, request.realm, context) : null;
    if (realm === null) throw new AppError('not_found', { detail: 'There is no such realm.' });
    const slot = this.slotOf(realm.id);
    try {
      const keys = await this.keysOf(realm, slot, context);
      const kids = keys.map((key) => key.kid).join(' ');
      const reply = slot.encoded?.kids === kids ? slot.encoded.reply : encodeKeySet(keys);
      slot.encoded = { kids, reply, asOfMs: this.clock.now().getTime() };
      return reply;
    } catch (thrown) {
      return this.lastKnown(slot, thrown, context);
    }
  }

  private async keysOf(realm: Realm, slot: Slot, context: CallContext): Promise<readonly SigningKey[]> {
    const keys = await slot.load.run();
    const algorithm = realm.settings.defaultSigningAlgorithm;
    if (!realm.enabled || keys.some((key) => key.state === 'active' && key.algorithm === algorithm)) return keys;
    // Published before it signs: a verifier that fetches the set now will not miss the first token.
    await this.ensureActiveKey.execute(realm, algorithm, context);
    return await slot.load.run();
  }

  private lastKnown(slot: Slot, thrown: unknown, context: CallContext): Reply {
    const age = slot.encoded === null ? Number.POSITIVE_INFINITY : this.clock.now().getTime() - slot.encoded.asOfMs;
    this.logger.warn({ error: thrown, requestId: context.requestId }, 'The signing keys could not be read');
    if (slot.encoded !== null && age >= 0 && age < STALE_MS) return slot.encoded.reply;
    throw thrown instanceof AppError
      ? thrown
      : new AppError('unavailable', { reason: 'key_store_unreadable', retryAfterSeconds: 1, cause: thrown });
  }

  private slotOf(realmId: string): Slot {
    let slot = this.slots.get(realmId);
    if (slot === undefined) {
      slot = {
        encoded: null,
        load: new Coalesced(() => this.repository.listPublished(realmId, this.clock.now())),
      };
      this.slots.set(realmId, slot);
    }
    return slot;
  }
}
