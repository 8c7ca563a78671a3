import type { ClientUriKind } from '#contracts';
import { available, isUniqueViolation } from '#database';
import type { EntityManager } from 'typeorm';
import {
  ClientUriRepository,
  uriTaken,
  type ClientUri,
  type ClientUriStore,
  type UriOwner,
} from '../../domain/client-uri.js';
import {
  PostLogoutRedirectUriEntity,
  RedirectUriEntity,
  WebOriginEntity,
  type ClientUriEntity,
} from './entities/client-uri.entities.js';
import { portions } from './portions.js';
import { fromUri, toUri } from './rows.js';

interface UriTable {
  readonly entity: new () => ClientUriEntity;
  readonly valueKey: string;
}

const TABLES: Readonly<Record<ClientUriKind, UriTable>> = {
  redirect: { entity: RedirectUriEntity, valueKey: 'redirect_uris_client_value_key' },
  post_logout_redirect: {
    entity: PostLogoutRedirectUriEntity,
    valueKey: 'post_logout_redirect_uris_client_value_key',
  },
  web_origin: { entity: WebOriginEntity, valueKey: 'web_origins_client_value_key' },
};

/** The URIs of clients in PostgreSQL, within a transaction or outside of any. */
export class TypeOrmClientUris extends ClientUriRepository implements ClientUriStore {
  constructor(private readonly manager: EntityManager) {
    super();
  }

  async list(kind: ClientUriKind, owner: UriOwner): Promise<readonly ClientUri[]> {
    const order = { createdAt: 'ASC', id: 'ASC' } as const;
    const rows = await available(() => this.manager.find(TABLES[kind].entity, { where: keyOf(owner), order }));
    return rows.map(toUri);
  }

  async listMany(
    kind: ClientUriKind,
    realmId: string,
    clientIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly ClientUri[]>> {
    const rows = await available(() =>
      this.manager
        .createQueryBuilder(TABLES[kind].entity, 'u')
        .where('u.realmId = :realmId AND u.clientUuid = ANY(:clientIds::uuid[])', { realmId, clientIds })
        .orderBy('u.createdAt')
        .addOrderBy('u.id')
        .getMany(),
    );
    const byClient = Map.groupBy(rows, ({ clientUuid }) => clientUuid);
    return new Map([...byClient].map(([id, uris]) => [id, uris.map(toUri)]));
  }

  async insertMany(
    kind: ClientUriKind,
    uris: readonly { readonly owner: UriOwner; readonly uri: ClientUri }[],
  ): Promise<void> {
    const rows = uris.map(({ owner, uri }) => fromUri(owner, uri));
    for (const some of portions(rows)) await this.manager.insert(TABLES[kind].entity, [...some]);
  }

  async insert(kind: ClientUriKind, owner: UriOwner, uri: ClientUri): Promise<void> {
    const { entity, valueKey } = TABLES[kind];
    try {
      await this.manager.insert(entity, fromUri(owner, uri));
    } catch (error) {
      throw isUniqueViolation(error, valueKey) ? uriTaken() : error;
    }
  }

  async update(kind: ClientUriKind, owner: UriOwner, { id, enabled, updatedAt }: ClientUri): Promise<void> {
    await this.manager.update(TABLES[kind].entity, { ...keyOf(owner), id }, { enabled, updatedAt });
  }

  async delete(kind: ClientUriKind, owner: UriOwner, id: string): Promise<void> {
    await this.manager.delete(TABLES[kind].entity, { ...keyOf(owner), id });
  }
}

function keyOf({ realmId, id }: UriOwner): { readonly realmId: string; readonly clientUuid: string } {
  return { realmId, clientUuid: id };
}
