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

/** The `client_id` of every client of a realm. */
export async function clientIdsOf(manager: EntityManager, realmId: string): Promise<readonly string[]> {
  const rows: readonly { readonly client_id: string }[] = await manager.query(
    'SELECT client_id FROM registry.clients WHERE realm_id = $1',
    [realmId],
  );
  return rows.map((row) => row.client_id);
}

function byClient<Row extends { readonly clientUuid: string }>(rows: readonly Row[]): ReadonlyMap<string, Row[]> {
  return Map.groupBy(rows, ({ clientUuid }) => clientUuid);
}
