import { ClientSnapshot, clientSnapshotKey, RemoveClientRoles, RenameClientRoles, type CallContract } from '#contracts';
import type { EntityManager } from 'typeorm';
import type { Client } from '../../domain/client.js';
import { clientIdNotFreeYet } from '../../domain/refusals.js';

type Named = Pick<Client, 'realmId' | 'clientId'>;

/**
 * Forgets the tombstones of `client_id`s that clients have just been given, and sees that nobody else's authority is still under one
 * of those names. Call it after the write: that waits for whoever is giving the name up, so what they left to be done is visible.
 *
 * @throws AppError `unavailable` while roles has not heard that the former owner is gone or has another name.
 */
export async function takeOver(manager: EntityManager, clients: readonly Named[]): Promise<void> {
  const [, forgotten]: [unknown, number] = await manager.query(
    'DELETE FROM registry.snapshot_tombstones WHERE snapshot = $1 AND key = ANY($2::text[])',
    [ClientSnapshot.name, clients.map(clientSnapshotKey)],
  );
  // Nobody had one of them lately; that is the rule.
  if (forgotten > 0) await refuseUnlessFree(manager, clients);
}

/** The second half of `takeOver`, for whoever has forgotten the tombstones with a statement of their own and found some. */
export async function refuseUnlessFree(manager: EntityManager, clients: readonly Named[]): Promise<void> {
  const clientIds = clients.map(({ clientId }) => clientId);
  const given = [RemoveClientRoles, RenameClientRoles];
  const pending = await untold(manager, given, clients[0]?.realmId, 'vacates', clientIds);
  if (pending.length > 0) throw clientIdNotFreeYet();
}

/** The UUIDs of clients that a call of the outbox is about; of all, or of some. */
export function untoldClients(
  manager: EntityManager,
  contract: CallContract,
  realmId: string,
  ids?: readonly string[],
): Promise<readonly string[]> {
  return untold(manager, [contract], realmId, 'clientId', ids ?? null);
}

async function untold(
  manager: EntityManager,
  contracts: readonly CallContract[],
  realmId: string | undefined,
  member: 'vacates' | 'clientId',
  values: readonly string[] | null,
): Promise<readonly string[]> {
  const pending: readonly { readonly client_id: string }[] = await manager.query(
    `SELECT CAST(o.payload AS jsonb) ->> 'clientId' AS client_id FROM registry.outbox o
     WHERE o.kind = 'call' AND o.subject = ANY($1::text[]) AND CAST(o.payload AS jsonb) ->> 'realmId' = $2
       AND ($4::text[] IS NULL OR CAST(o.payload AS jsonb) ->> $3 = ANY($4::text[]))`,
    [contracts.map(({ subject }) => subject), realmId, member, values],
  );
  return pending.map(({ client_id }) => client_id);
}
