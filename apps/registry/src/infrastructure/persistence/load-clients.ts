import { In, type EntityManager } from 'typeorm';
import type { Client } from '../../domain/client.js';
import { ClientSecretEntity } from './entities/client-secret.entity.js';
import type { ClientEntity } from './entities/client.entity.js';
import { RedirectUriEntity } from './entities/client-uri.entities.js';
import { toClient } from './rows.js';

/** Adds secrets and redirect URIs to rows of clients of one realm: two queries, however many clients. */
export async function completeClients(
  manager: EntityManager,
  realmId: string,
  rows: readonly ClientEntity[],
): Promise<readonly Client[]> {
  if (rows.length === 0) return [];
  const where = { realmId, clientUuid: In(rows.map(({ id }) => id)) };
  const order = { createdAt: 'ASC', id: 'ASC' } as const;
  const secrets = byClient(await manager.find(ClientSecretEntity, { where, order }));
  const redirectUris = byClient(await manager.find(RedirectUriEntity, { where, order }));
  return rows.map((row) => toClient(row, secrets.get(row.id) ?? [], redirectUris.get(row.id) ?? []));
}

function byClient<Row extends { readonly clientUuid: string }>(rows: readonly Row[]): ReadonlyMap<string, Row[]> {
  return Map.groupBy(rows, ({ clientUuid }) => clientUuid);
}
