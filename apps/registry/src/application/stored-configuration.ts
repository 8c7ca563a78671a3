import { MAX_CONFIGURED_CLIENTS, type RealmConfiguration } from '#contracts';
import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import type { Client } from '../domain/client.js';
import { ClientUriRepository } from '../domain/client-uri.js';
import type { StoredRealm } from '../domain/configuration-plan.js';
import { NO_SIDE_URIS, SIDE_URI_KINDS, URI_LISTS, type SideUris } from '../domain/configured-uris.js';
import type { Realm } from '../domain/realm.js';
import { noSuchRealm } from '../domain/refusals.js';
import { mentionedClientIds } from '../domain/wanted-roles.js';
import { ClientRepository, RealmRepository, type ListPosition } from '../domain/repositories.js';

const PAGE = 200;

/** Reads what a configuration is compared with, or made of. */
@Injectable()
export class StoredConfiguration {
  constructor(
    private readonly realms: RealmRepository,
    private readonly clients: ClientRepository,
    private readonly clientUris: ClientUriRepository,
  ) {}

  /** @throws AppError `not_found`. */
  async realm(realmId: string): Promise<Realm> {
    const realm = await this.realms.findById(realmId);
    if (realm === null) throw noSuchRealm();
    return realm;
  }

  /** The realm, and the clients that the configuration concerns. @throws AppError `not_found`, `conflict`. */
  async concernedBy(realmId: string, configuration: RealmConfiguration): Promise<StoredRealm> {
    const realm = await this.realm(realmId);
    const { prune = false, clients, assignments } = configuration;
    const all = prune && (clients !== undefined || assignments !== undefined);
    const found = all
      ? await this.allClients(realm)
      : await this.clients.findMany(realmId, { clientIds: mentionedClientIds(configuration) });
    const byName = new Map(found.map((client) => [client.clientId, client]));
    // After the clients: what changes in between changes the version of its client, so that the plan is refused.
    const speaking = (clients ?? []).filter((client) => SIDE_URI_KINDS.some((kind) => client[URI_LISTS[kind]]));
    const uris = await this.sideUris(
      realmId,
      speaking.flatMap(({ client_id: name }) => byName.get(name) ?? []),
    );
    return { realm, clients: byName, uris };
  }

  /** The URIs beside clients, by the client's UUID; clients without any are missing. */
  async sideUris(realmId: string, clients: readonly Client[]): Promise<ReadonlyMap<string, SideUris>> {
    const uris = new Map<string, SideUris>();
    if (clients.length === 0) return uris;
    const ids = clients.map(({ id }) => id);
    for (const kind of SIDE_URI_KINDS) {
      for (const [id, found] of await this.clientUris.listMany(kind, realmId, ids)) {
        uris.set(id, { ...(uris.get(id) ?? NO_SIDE_URIS), [kind]: found });
      }
    }
    return uris;
  }

  /** Every client of a realm, by `client_id`. @throws AppError `conflict` when one configuration cannot hold them. */
  async allClients(realm: Realm): Promise<readonly Client[]> {
    const clients: Client[] = [];
    let after: ListPosition | null = null;
    do {
      const page = await this.clients.list(realm.id, {
        limit: PAGE,
        after,
        sort: 'client_id',
        search: null,
        filter: {},
      });
      clients.push(...page.items);
      after = page.next;
      // System clients are few and not counted: the bound is a round number on purpose.
      if (page.total > MAX_CONFIGURED_CLIENTS) throw tooManyClients(page.total);
    } while (after !== null);
    return clients;
  }
}

function tooManyClients(total: number): AppError {
  return new AppError('conflict', {
    detail: `The realm has ${total} clients; a whole configuration holds ${MAX_CONFIGURED_CLIENTS}.`,
    reason: 'too_many_clients',
  });
}
