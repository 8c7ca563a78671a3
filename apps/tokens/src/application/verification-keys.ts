import type { SigningAlgorithm } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { KeyVault, type KeyHandle } from '../domain/key-vault.js';
import { isPublished } from '../domain/signing-key.js';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';
import { Coalesced } from './coalesced.js';

/** A public key for one algorithm only. */
export interface VerificationKey {
  readonly algorithm: SigningAlgorithm;
  readonly handle: KeyHandle;
  readonly publishedUntil: Date | null;
}

interface Slot {
  readonly load: Coalesced<void>;
  keys: ReadonlyMap<string, VerificationKey>;
  asOfMs: number;
}

const MAX_REALMS = 20_000;
const MAX_AGE_MS = 60_000;

/**
 * The public keys of realms, kept for a minute. A `kid` that is not among them is looked up at once (another instance may just
 * have rotated); however many strangers invent one, each realm has one query running at most.
 */
@Injectable()
export class VerificationKeys {
  private readonly slots = new LRUCache<string, Slot>({ max: MAX_REALMS });

  constructor(
    private readonly repository: SigningKeyRepository,
    private readonly vault: KeyVault,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `unavailable` when the key store does not answer. */
  async find(realmId: string, kid: string): Promise<VerificationKey | null> {
    const slot = this.slotOf(realmId);
    const age = this.clock.now().getTime() - slot.asOfMs;
    if (age < 0 || age >= MAX_AGE_MS || !slot.keys.has(kid)) await this.load(slot);
    const key = slot.keys.get(kid);
    return key !== undefined && isPublished(key, this.clock.now()) ? key : null;
  }

  /** Forgets a realm whose keys this instance knows to have changed. */
  forget(realmId: string): void {
    this.slots.delete(realmId);
  }

  private slotOf(realmId: string): Slot {
    let slot = this.slots.get(realmId);
    if (slot === undefined) {
      const created: Slot = {
        keys: new Map(),
        asOfMs: Number.NEGATIVE_INFINITY,
        load: new Coalesced(() => this.read(realmId, created)),
      };
      this.slots.set(realmId, (slot = created));
    }
    return slot;
  }

  private async load(slot: Slot): Promise<void> {
    try {
      await slot.load.run();
    } catch (cause) {
      throw cause instanceof AppError
        ? cause
        : new AppError('unavailable', { reason: 'key_store_unreadable', retryAfterSeconds: 1, cause });
    }
  }

  private async read(realmId: string, slot: Slot): Promise<void> {
    const now = this.clock.now();
    const stored = await this.repository.listPublished(realmId, now);
    const keys = await Promise.all(
      stored.map(async (key) => {
        const known = slot.keys.get(key.kid);
        const handle = known?.handle ?? (await this.vault.openPublic(key));
        return [key.kid, { algorithm: key.algorithm, handle, publishedUntil: key.publishedUntil }] as const;
      }),
    );
    slot.keys = new Map(keys);
    slot.asOfMs = now.getTime();
  }
}
