import type { CLIENT_SORTS, REALM_SORTS } from '#contracts';
import type { Client } from './client.js';
import type { Realm } from './realm.js';

/** Where a page of a list ended: the value of the column it is sorted by, and the id that breaks ties. */
export interface ListPosition {
  readonly value: string;
  readonly id: string;
}

/** A page of a list and how many there are in all. */
export interface Page<T> {
  readonly items: readonly T[];
  /** Null at the end. */
  readonly next: ListPosition | null;
  readonly total: number;
  /** Set when there are more than `total`: they are not counted to the end. */
  readonly atLeast?: true;
}

/** An order of a list of realms. */
export type RealmSort = (typeof REALM_SORTS)[number];

/** Which realms to list. */
export interface RealmQuery {
  readonly limit: number;
  readonly after: ListPosition | null;
  /** Any part of the name or display name, without case. */
  readonly search: string | null;
  readonly sort: RealmSort;
  /** Only those that are (or are not). */
  readonly enabled?: boolean | undefined;
  /** Only the realm of this very name. */
  readonly onlyName: string | null;
}

/** An order of a list of clients. */
export type ClientSort = (typeof CLIENT_SORTS)[number];

/** The members by which clients are listed. */
type FilteredClient = Pick<
  Client,
  | 'clientId'
  | 'name'
  | 'owner'
  | 'enabled'
  | 'clientType'
  | 'publicClient'
  | 'firstParty'
  | 'serviceAccountEnabled'
  | 'directAccessGrantsEnabled'
>;

/** Which clients of a realm to list. */
export interface ClientQuery {
  readonly limit: number;
  readonly after: ListPosition | null;
  readonly sort: ClientSort;
  /** Any part of the name or `client_id`, without case. */
  readonly search: string | null;
  /** What must be the same, byte by byte. */
  readonly filter: {
    readonly [Member in keyof FilteredClient]?: FilteredClient[Member] | undefined;
  };
}

/** Reads realms. Also the dependency-injection token. */
export abstract class RealmRepository {
  abstract findById(id: string): Promise<Realm | null>;
  abstract findByName(name: string): Promise<Realm | null>;
  /** A realm, and whether one of its clients has this `client_id`: of one instant. */
  abstract findForClient(
    id: string,
    clientId: string,
  ): Promise<{ readonly realm: Realm; readonly taken: boolean } | null>;
  abstract list(query: RealmQuery): Promise<Page<Realm>>;
}

/** Reads clients. Also the dependency-injection token. */
export abstract class ClientRepository {
  abstract findById(realmId: string, id: string): Promise<Client | null>;
  abstract findByClientId(realmId: string, clientId: string): Promise<Client | null>;
  /** Those of them that there are, in no order: by `client_id`, or by UUID. */
  abstract findMany(
    realmId: string,
    names: { readonly clientIds: readonly string[] } | { readonly ids: readonly string[] },
  ): Promise<readonly Client[]>;
  /** The UUIDs of deleted clients that roles has still to be told of; of all, or of these. */
  abstract deletedUntold(realmId: string, ids?: readonly string[]): Promise<readonly string[]>;
  /** Whether roles has still to be told that a client has another `client_id`. */
  abstract isRenamedUntold(realmId: string, id: string): Promise<boolean>;
  abstract list(realmId: string, query: ClientQuery): Promise<Page<Client>>;
}

/** A key's present state: null with the version of its deletion, or with 0 when there never was such a thing. */
export interface Versioned<T> {
  readonly version: number;
  readonly value: T | null;
}

/** The name under which the snapshot of a client is kept. */
export interface ClientKey {
  readonly realmId: string;
  readonly clientId: string;
}

/** Reads what snapshots are made of, each with its version as of one instant. Also the dependency-injection token. */
export abstract class SnapshotRepository {
  /** One entry for each name, in the order asked. */
  abstract realms(names: readonly string[]): Promise<readonly Versioned<Realm>[]>;
  /** One entry for each key, in the order asked; without redirect URIs, which snapshots do not hold. */
  abstract clients(keys: readonly ClientKey[]): Promise<readonly Versioned<Omit<Client, 'redirectUris'>>[]>;
}
