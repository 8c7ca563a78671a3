import { auditActor, changesBetween, MASK, newAuditEvent } from '#audit-trail';
import type { Actor, AuditDetails, AuditEvent, AuditEventType } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { ClientSecret } from '../domain/client-secret.js';
import type { Client } from '../domain/client.js';
import { LIFETIME_MEMBERS } from '../domain/lifetimes.js';
import { shownPolicy } from '../domain/password-policy.js';
import type { Realm } from '../domain/realm.js';

/** Who changes something, and in which call. */
export interface Cause {
  readonly actor: Actor;
  readonly context: CallContext;
}

/** Writes the registry's audit events: members are named as in the API, secrets are masked. */
@Injectable()
export class AuditEvents {
  constructor(private readonly clock: Clock) {}

  realm<T extends AuditEventType & `realm.${string}`>(
    type: T,
    realm: Realm,
    details: AuditDetails<T>,
    cause: Cause,
  ): AuditEvent {
    return this.event(type, realm, { kind: 'realm', id: realm.id }, null, details, cause);
  }

  /** In the log of the realm, which ends with it, and in that of `master`, whose auditors can still read it afterwards. */
  deletion(realm: Realm, master: Realm | null, cause: Cause): readonly AuditEvent[] {
    const target = { kind: 'realm', id: realm.id };
    const details = { realm: auditedRealm(realm) };
    return [realm, ...(master === null ? [] : [master])].map((log) =>
      this.event('realm.deleted', log, target, null, details, cause),
    );
  }

  client<T extends AuditEventType & `client.${string}`>(
    type: T,
    realm: Realm,
    client: Client,
    details: AuditDetails<T>,
    cause: Cause,
  ): AuditEvent {
    return this.event(type, realm, { kind: 'client', id: client.id }, client, details, cause);
  }

  private event<T extends AuditEventType>(
    type: T,
    realm: Realm,
    target: { readonly kind: string; readonly id: string },
    client: Client | null,
    details: AuditDetails<T>,
    { actor, context }: Cause,
  ): AuditEvent {
    return newAuditEvent(
      {
        type,
        realm: realm.name,
        realmId: realm.id,
        actor: auditActor(actor),
        clientId: client?.clientId ?? null,
        target,
        peer: actor.peer,
        details,
      },
      context,
      this.clock.now(),
    );
  }
}

/** A realm as the audit log shows it. */
export function auditedRealm(realm: Realm): Record<string, unknown> {
  return {
    name: realm.name,
    display_name: realm.displayName,
    enabled: realm.enabled,
    ...Object.fromEntries(LIFETIME_MEMBERS.map(([member, name]) => [name, realm.settings[member]])),
    default_signing_algorithm: realm.settings.defaultSigningAlgorithm,
    password_policy: shownPolicy(realm.settings.passwordPolicy),
  };
}

/** A client as the audit log shows it. */
export function auditedClient(client: Client): Record<string, unknown> {
  return {
    client_id: client.clientId,
    name: client.name,
    description: client.description,
    owner: client.owner,
    client_type: client.clientType,
    enabled: client.enabled,
    service_account_enabled: client.serviceAccountEnabled,
    direct_access_grants_enabled: client.directAccessGrantsEnabled,
    first_party: client.firstParty,
    service_account_user_id: client.serviceAccountUserId,
    secret: client.secrets.length > 0 ? MASK : null,
    redirect_uris: client.redirectUris.map(({ value }) => value),
    ...Object.fromEntries(LIFETIME_MEMBERS.map(([member, name]) => [name, client[member]])),
  };
}

/** A secret as the audit log shows it: enough to know which one a token's event names. */
export function auditedSecret({
  id,
  name,
  expiresAt,
  lastUsedAt,
}: ClientSecret): AuditDetails<'client.secret_deleted'>['secret'] {
  return {
    id,
    name,
    expires_at: expiresAt?.toISOString() ?? null,
    last_used_at: lastUsedAt?.toISOString() ?? null,
  };
}

/** Only what differs between two states. */
export function auditedChanges(
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): AuditDetails<'client.updated'> {
  return { changes: changesBetween(before, after) };
}
