import type { AuditEvent } from '#contracts';
import { Injectable } from '@nestjs/common';
import type { ClientUri } from '../domain/client-uri.js';
import type { Client } from '../domain/client.js';
import { SIDE_URI_KINDS, uriDifferences, type SideUriKind, type SideUris } from '../domain/configured-uris.js';
import type { Realm } from '../domain/realm.js';
import type { RegistryTransaction } from '../domain/registry-transactions.js';
import { auditedChanges, AuditEvents, type Cause } from './audit-events.js';
import { uriEvent } from './uri-events.js';

/** What a plan makes of the URIs beside one client. */
export interface PlannedUris {
  readonly before: SideUris;
  readonly after: SideUris;
}

/** Stores the URIs beside clients as a configuration has them; in the audit log each is told as if it had been changed alone. */
@Injectable()
export class StoreSideUris {
  constructor(private readonly auditEvents: AuditEvents) {}

  /** Those of clients that this transaction has created. */
  async ofCreated(
    transaction: RegistryTransaction,
    realm: Realm,
    clients: readonly Client[],
    uris: ReadonlyMap<string, PlannedUris>,
    cause: Cause,
  ): Promise<void> {
    for (const kind of SIDE_URI_KINDS) {
      const added = clients.flatMap((client) =>
        (uris.get(client.id)?.after[kind] ?? []).map((uri) => ({ owner: client, uri })),
      );
      if (added.length === 0) continue;
      await transaction.uris.insertMany(kind, added);
      await transaction.recordAll(
        added.map(({ owner: client, uri }) => this.event(kind, realm, client, uri, 'added', cause)),
      );
    }
  }

  /** Those of a client that this transaction has locked, and to which it gives a new version. @returns what is to be recorded. */
  async ofChanged(
    transaction: RegistryTransaction,
    realm: Realm,
    client: Client,
    { before, after }: PlannedUris,
    cause: Cause,
  ): Promise<readonly AuditEvent[]> {
    const events: AuditEvent[] = [];
    for (const kind of SIDE_URI_KINDS) {
      const { added, updated, removed } = uriDifferences(before[kind], after[kind]);
      for (const { id } of removed) await transaction.uris.delete(kind, client, id);
      for (const uri of updated) await transaction.uris.update(kind, client, uri);
      for (const uri of added) await transaction.uris.insert(kind, client, uri);
      events.push(
        ...removed.map((uri) => this.event(kind, realm, client, uri, 'removed', cause)),
        ...updated.map((uri) => this.event(kind, realm, client, uri, 'updated', cause)),
        ...added.map((uri) => this.event(kind, realm, client, uri, 'added', cause)),
      );
    }
    return events;
  }

  private event(
    kind: SideUriKind,
    realm: Realm,
    client: Client,
    uri: ClientUri,
    verb: 'added' | 'updated' | 'removed',
    cause: Cause,
  ): AuditEvent {
    const details = verb === 'updated' ? auditedChanges({ enabled: !uri.enabled }, { enabled: uri.enabled }) : {};
    return uriEvent(this.auditEvents, kind, { realm, client }, { uri, verb, details }, cause);
  }
}
