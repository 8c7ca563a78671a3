import { insertionOf, insertRows, rowsAsJson, toSafeInteger } from '#database';
import { In, type EntityManager } from 'typeorm';
import type { Client } from '../../domain/client.js';
import type { Provision } from '../../domain/provision.js';
import { ClientSecretEntity } from './entities/client-secret.entity.js';
import { RedirectUriEntity } from './entities/client-uri.entities.js';
import { ClientEntity } from './entities/client.entity.js';
import { ProvisionEntity } from './entities/provision.entity.js';
import { portions } from './portions.js';
import { fromClient, fromProvision, fromSecret, fromUri } from './rows.js';
import { takeOver } from './vacated-client-ids.js';

/** Inserts clients of one realm with all that is theirs, and gives each its version: two statements for each thousand. */
export async function insertClients(manager: EntityManager, clients: readonly Client[]): Promise<readonly Client[]> {
  const versions = new Map<string, number>();
  for (const some of portions(clients)) {
    await insertWithParts(manager, some);
    for (const [id, version] of await takeOver(manager, some)) versions.set(id, version);
  }
  return clients.map((client) => ({ ...client, snapshotVersion: versions.get(client.id) ?? 0 }));
}

/** Foreign keys are looked at when the statement ends, so what belongs to the clients goes along. */
async function insertWithParts(manager: EntityManager, clients: readonly Client[]): Promise<void> {
  const values = [rowsAsJson(manager, ClientEntity, clients.map(fromClient))];
  const parts: string[] = [];
  const secrets = clients.flatMap(secretsOf);
  if (secrets.length > 0) {
    values.push(rowsAsJson(manager, ClientSecretEntity, secrets));
    parts.push(`secrets AS (${insertionOf(manager, ClientSecretEntity, values.length)})`);
  }
  const uris = clients.flatMap(urisOf);
  if (uris.length > 0) {
    values.push(rowsAsJson(manager, RedirectUriEntity, uris));
    parts.push(`uris AS (${insertionOf(manager, RedirectUriEntity, values.length)})`);
  }
  const first = parts.length === 0 ? '' : `WITH ${parts.join(', ')} `;
  await manager.query(`${first}${insertionOf(manager, ClientEntity, 1)}`, values);
}

function secretsOf(client: Client): ClientSecretEntity[] {
  return client.secrets.map((secret) => fromSecret(client, secret));
}

function urisOf(client: Client): RedirectUriEntity[] {
  return client.redirectUris.map((uri) => fromUri(client, uri));
}

/** Opens provisions. */
export async function openProvisions(manager: EntityManager, provisions: readonly Provision[]): Promise<void> {
  await insertRows(manager, ProvisionEntity, provisions.map(fromProvision));
}

/** Closes provisions that were not given up. @returns how many that were. */
export async function closeProvisions(manager: EntityManager, ids: readonly string[]): Promise<number> {
  let closed = 0;
  for (const some of portions(ids)) {
    const { affected } = await manager.delete(ProvisionEntity, { id: In([...some]), givenUp: false });
    closed += affected ?? 0;
  }
  return closed;
}

/** Gives provisions up. @returns the ids of those that are still there. */
export async function giveUpProvisions(manager: EntityManager, ids: readonly string[]): Promise<readonly string[]> {
  const [rows]: [readonly { readonly id: string }[], number] = await manager.query(
    'UPDATE registry.provisions SET given_up = true WHERE id = ANY($1::uuid[]) RETURNING id',
    [ids],
  );
  return rows.map(({ id }) => id);
}

/** Forgets provisions. */
export async function removeProvisions(manager: EntityManager, ids: readonly string[]): Promise<void> {
  await manager.query('DELETE FROM registry.provisions WHERE id = ANY($1::uuid[])', [ids]);
}

/** Locks clients, ascending, and reads no more of them than their versions. */
export async function lockClients(
  manager: EntityManager,
  realmId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const rows: readonly { readonly id: string; readonly snapshot_version: string }[] = await manager.query(
    'SELECT id, snapshot_version FROM registry.clients WHERE realm_id = $1 AND id = ANY($2::uuid[]) ORDER BY id FOR UPDATE',
    [realmId, ids],
  );
  return new Map(rows.map((row) => [row.id, toSafeInteger(row.snapshot_version)]));
}
