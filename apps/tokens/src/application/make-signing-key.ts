import { auditActor, newAuditEvent } from '#audit-trail';
import type { Actor, AuditEvent, SigningAlgorithm } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { KeyVault } from '../domain/key-vault.js';
import type { NewSigningKey } from '../domain/signing-key.js';

/** The realm a key is for. */
export interface KeyRealm {
  readonly id: string;
  readonly name: string;
}

/** Makes a new key pair and the audit event that goes with it, once it is known which key it replaces. */
@Injectable()
export class MakeSigningKey {
  constructor(
    private readonly vault: KeyVault,
    private readonly clock: Clock,
  ) {}

  /** @param actor null when nobody asked: the key is simply needed */
  async execute(
    type: 'signing_key.created' | 'signing_key.rotated',
    realm: KeyRealm,
    algorithm: SigningAlgorithm,
    actor: Actor | null,
    context: CallContext,
  ): Promise<{ readonly key: NewSigningKey; readonly event: (replacedKid: string | null) => AuditEvent }> {
    const generated = await this.vault.generate(realm.id, algorithm);
    const now = this.clock.now();
    const facts = {
      realm: realm.name,
      realmId: realm.id,
      actor: actor === null ? ({ kind: 'system', id: null, client_id: null } as const) : auditActor(actor),
      peer: actor?.peer ?? null,
      target: { kind: 'signing_key', id: generated.kid },
    };
    const event = (replacedKid: string | null): AuditEvent =>
      type === 'signing_key.created'
        ? newAuditEvent({ ...facts, type, details: { algorithm } }, context, now)
        : newAuditEvent({ ...facts, type, details: { algorithm, replaced_kid: replacedKid } }, context, now);
    return { key: { ...generated, createdAt: now }, event };
  }
}
