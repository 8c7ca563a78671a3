import { ClientSnapshot, clientSnapshotKey, RemoveClientRoles, RenameClientRoles } from '#contracts';
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
  if (await isPending(manager, clients[0]?.realmId, 'vacates', clientIds)) throw clientIdNotFreeYet();
}

/** Whether roles has heard of every `client_id` that a client, by its UUID, has given up. */
export async function isFollowed(manager: EntityManager, realmId: string, id: string): Promise<boolean> {
  return !(await isPending(manager, realmId, 'clientId', [id]));
}

/** Whether roles has still to hear of a `client_id` that was given up, with one of these values in the call. */
async function isPending(
  manager: EntityManager,
  realmId: string | undefined,
  member: 'vacates' | 'clientId',
  values: readonly string[],
): Promise<boolean> {
  const pending: readonly unknown[] = await manager.query(
    `SELECT 1 FROM registry.outbox o
     WHERE o.kind = 'call' AND o.subject = ANY($1::text[])
       AND CAST(o.payload AS jsonb) ->> 'realmId' = $2 AND CAST(o.payload AS jsonb) ->> $3 = ANY($4::text[])
     LIMIT 1`,
    [[RemoveClientRoles.subject, RenameClientRoles.subject], realmId, member, values],
  );
  return pending.length > 0;
}
