import { ClientSnapshot, clientSnapshotKey, RemoveClientRoles, RenameClientRoles, type CallContract } from '#contracts';
import { toSafeInteger } from '#database';
import type { EntityManager } from 'typeorm';
import type { Client } from '../../domain/client.js';
import { clientIdNotFreeYet } from '../../domain/refusals.js';

type Named = Pick<Client, 'id' | 'realmId' | 'clientId'>;

interface TakenOver {
  readonly id: string;
  readonly snapshot_version: string;
  /** Whether one of the `client_id`s had been somebody else's lately. */
  readonly had_owner: boolean;
}

/**
 * Gives clients of one realm that have just been given their `client_id`s new versions, forgets the tombstones of those names, and
 * sees that nobody else's authority is still under one of them. Call it after the write, which waits for whoever is giving a name up:
 * so what they left behind and left to be done is visible.
 *
 * @returns the versions by the clients' UUIDs.
 * @throws AppError `unavailable` while roles has not heard that the former owner is gone or has another name.
 */
export async function takeOver(
  manager: EntityManager,
  clients: readonly Named[],
): Promise<ReadonlyMap<string, number>> {
  const realmId = clients[0]?.realmId;
  const [rows]: [readonly TakenOver[], number] = await manager.query(
    `WITH forgotten AS (
       DELETE FROM registry.snapshot_tombstones WHERE snapshot = $1 AND key = ANY($2::text[]) RETURNING key
     )
     UPDATE registry.clients SET snapshot_version = nextval('registry.snapshot_version')
     WHERE realm_id = $3 AND id = ANY($4::uuid[])
     RETURNING id, snapshot_version, EXISTS (SELECT 1 FROM forgotten) AS had_owner`,
    [ClientSnapshot.name, clients.map(clientSnapshotKey), realmId, clients.map(({ id }) => id)],
  );
  // Seldom: nobody had one of them lately, as a rule.
  if (rows.some(({ had_owner }) => had_owner)) {
    const clientIds = clients.map(({ clientId }) => clientId);
    const given = [RemoveClientRoles, RenameClientRoles];
    const pending = await untold(manager, given, realmId, 'vacates', clientIds);
    if (pending.length > 0) throw clientIdNotFreeYet();
  }
  return new Map(rows.map((row) => [row.id, toSafeInteger(row.snapshot_version)]));
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
