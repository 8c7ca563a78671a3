import { ClientSnapshot, clientSnapshotKey } from '#contracts';
import { toSafeInteger } from '#database';
import { In, type EntityManager } from 'typeorm';
import type { Client } from '../../domain/client.js';
import type { Provision } from '../../domain/provision.js';
import { ClientSecretEntity } from './entities/client-secret.entity.js';
import { RedirectUriEntity } from './entities/client-uri.entities.js';
import { ClientEntity } from './entities/client.entity.js';
import { ProvisionEntity } from './entities/provision.entity.js';
import { portions } from './portions.js';
import { fromClient, fromProvision, fromSecret, fromUri } from './rows.js';

/** Inserts clients of one realm with all that is theirs, and gives each its version. */
export async function insertClients(manager: EntityManager, clients: readonly Client[]): Promise<readonly Client[]> {
  const versions = new Map<string, number>();
  for (const some of portions(clients)) {
    await manager.insert(ClientEntity, some.map(fromClient));
    await manager.query('DELETE FROM registry.snapshot_tombstones WHERE snapshot = $1 AND key = ANY($2::text[])', [
      ClientSnapshot.name,
      some.map(clientSnapshotKey),
    ]);
  }
  const secrets = clients.flatMap((client) => client.secrets.map((secret) => fromSecret(client, secret)));
  for (const some of portions(secrets)) await manager.insert(ClientSecretEntity, [...some]);
  const uris = clients.flatMap((client) => client.redirectUris.map((uri) => fromUri(client, uri)));
  for (const some of portions(uris)) await manager.insert(RedirectUriEntity, [...some]);
  for (const some of portions(clients)) {
    const [rows]: [readonly { readonly id: string; readonly snapshot_version: string }[], number] = await manager.query(
      `UPDATE registry.clients SET snapshot_version = nextval('registry.snapshot_version')
       WHERE realm_id = $1 AND id = ANY($2::uuid[]) RETURNING id, snapshot_version`,
      [some[0]?.realmId, some.map(({ id }) => id)],
    );
    for (const row of rows) versions.set(row.id, toSafeInteger(row.snapshot_version));
  }
  return clients.map((client) => ({ ...client, snapshotVersion: versions.get(client.id) ?? 0 }));
}

/** Opens provisions. */
export async function openProvisions(manager: EntityManager, provisions: readonly Provision[]): Promise<void> {
  for (const some of portions(provisions)) await manager.insert(ProvisionEntity, some.map(fromProvision));
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
