import { toSafeInteger } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  ForwardingStore,
  LeaseLostError,
  type Lease,
  type Positions,
  type WebhookProgress,
} from '../../domain/forwarding/forwarding-store.js';
import type { Delivery, Webhook } from '../../domain/forwarding/webhook.js';
import {
  DELIVERY_COLUMNS,
  deliveryOf,
  WEBHOOK_COLUMNS,
  webhookOf,
  type DeliveryRow,
  type WebhookRow,
} from './webhook-rows.js';

/** A webhook that fails is busy with what it owes; the rest waits in the log. */
const HAS_NEWS = `
  (w.failing_since IS NULL OR NOT EXISTS (
    SELECT 1 FROM audit.webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'pending'))
  AND EXISTS (
    SELECT 1 FROM audit.forward_positions p
    WHERE p.sink = 'webhook:' || w.id AND p.next_index < (
      SELECT g.size FROM audit.tree_growth g WHERE g.realm_id = p.realm_id ORDER BY g.first_index DESC LIMIT 1))`;
const HAS_DUE = `
  EXISTS (
    SELECT 1 FROM audit.webhook_deliveries d
    WHERE d.webhook_id = w.id AND d.status = 'pending' AND (d.next_attempt_at <= $1 OR d.last_attempt_at > $1))`;
/** None was ever given for so long: the clock was put back, and nobody holds it. */
const UNTRUE_LEASE = `s.lease_until > now() + interval '10 minutes'`;

/** The state of forwarding in PostgreSQL. */
@Injectable()
export class TypeOrmForwardingStore extends ForwardingStore {
  constructor(private readonly dataSource: DataSource) {
    super();
  }

  async lease({ sink, holder }: Lease, seconds: number): Promise<boolean> {
    const rows = await this.dataSource.query<unknown[]>(
      `INSERT INTO audit.forward_sinks AS s (sink, lease_holder, lease_until)
       VALUES ($1, $2, now() + make_interval(secs => $3))
       ON CONFLICT (sink) DO UPDATE SET lease_holder = $2, lease_until = now() + make_interval(secs => $3)
       WHERE s.lease_holder IS NULL OR s.lease_holder = $2 OR s.lease_until <= now() OR ${UNTRUE_LEASE}
       RETURNING sink`,
      [sink, holder, seconds],
    );
    return rows.length === 1;
  }

  async renew({ sink, holder }: Lease, seconds: number): Promise<boolean> {
    const [, renewed] = await this.dataSource.query<[unknown[], number]>(
      `UPDATE audit.forward_sinks SET lease_until = now() + make_interval(secs => $3)
       WHERE sink = $1 AND lease_holder = $2 AND lease_until > now()`,
      [sink, holder, seconds],
    );
    return renewed === 1;
  }

  async release({ sink, holder }: Lease): Promise<void> {
    await this.dataSource.query(
      `UPDATE audit.forward_sinks SET lease_holder = NULL, lease_until = NULL WHERE sink = $1 AND lease_holder = $2`,
      [sink, holder],
    );
  }

  async busyWebhooks(now: Date, limit: number): Promise<readonly string[]> {
    const rows = await this.dataSource.query<{ id: string }[]>(
      `SELECT w.id FROM audit.webhooks w
       LEFT JOIN audit.forward_sinks s ON s.sink = 'webhook:' || w.id
       WHERE w.enabled AND (s.lease_until IS NULL OR s.lease_until <= now() OR ${UNTRUE_LEASE}) AND ((${HAS_DUE}) OR (${HAS_NEWS}))
       LIMIT $2`,
      [now, limit],
    );
    return rows.map(({ id }) => id);
  }

  async webhook(id: string): Promise<Webhook | null> {
    const [row] = await this.dataSource.query<WebhookRow[]>(
      `SELECT ${WEBHOOK_COLUMNS} FROM audit.webhooks WHERE id = $1`,
      [id],
    );
    return row === undefined ? null : webhookOf(row);
  }

  async positions(sink: string): Promise<Positions | null> {
    const rows = await this.dataSource.query<{ realm_id: string | null; next_index: string | null }[]>(
      `SELECT p.realm_id, p.next_index FROM audit.forward_sinks s
       LEFT JOIN audit.forward_positions p ON p.sink = s.sink WHERE s.sink = $1 AND s.started_at IS NOT NULL`,
      [sink],
    );
    const positions = rows.flatMap(({ realm_id: realmId, next_index: next }) =>
      realmId === null || next === null ? [] : [[realmId, toSafeInteger(next)] as const],
    );
    return rows.length === 0 ? null : new Map(positions);
  }

  async dueDeliveries(webhookId: string, now: Date, limit: number): Promise<readonly Delivery[]> {
    const rows = await this.dataSource.query<DeliveryRow[]>(
      `SELECT ${DELIVERY_COLUMNS} FROM audit.webhook_deliveries
       WHERE webhook_id = $1 AND status = 'pending' AND (next_attempt_at <= $2 OR last_attempt_at > $2) ORDER BY next_attempt_at, id LIMIT $3`,
      [webhookId, now, limit],
    );
    return rows.map(deliveryOf);
  }

  async countPending(webhookId: string): Promise<number> {
    const [row] = await this.dataSource.query<{ count: number }[]>(
      `SELECT count(*)::int AS count FROM audit.webhook_deliveries WHERE webhook_id = $1 AND status = 'pending'`,
      [webhookId],
    );
    return row?.count ?? 0;
  }

  async saveWebhook(lease: Lease, webhookId: string, progress: WebhookProgress): Promise<void> {
    const { arrived, failed, positions, health, ended } = progress;
    await this.underLease(lease, async (manager) => {
      const present = await manager.query<[unknown[], number]>(
        `UPDATE audit.webhooks SET failing_since = $2, last_delivered_at = $3, last_error = $4, enabled = enabled AND NOT $5
         WHERE id = $1`,
        [webhookId, health.failingSince, health.lastDeliveredAt, health.lastError, ended],
      );
      if (present[1] !== 1) return;
      await manager.query(`DELETE FROM audit.webhook_deliveries WHERE webhook_id = $1 AND id = ANY($2::uuid[])`, [
        webhookId,
        arrived,
      ]);
      for (const delivery of failed) await saveDelivery(manager, delivery);
      await movePositions(manager, lease.sink, positions);
    });
  }

  async savePositions(lease: Lease, positions: Positions): Promise<void> {
    await this.underLease(lease, async (manager) => {
      await manager.query(`UPDATE audit.forward_sinks SET started_at = now() WHERE sink = $1 AND started_at IS NULL`, [
        lease.sink,
      ]);
      await movePositions(manager, lease.sink, positions);
    });
  }

  /** Who has lost the lease, having slept or been cut off, changes nothing any more. */
  private async underLease(lease: Lease, change: (manager: EntityManager) => Promise<void>): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const held = await manager.query<unknown[]>(
        `SELECT 1 FROM audit.forward_sinks WHERE sink = $1 AND lease_holder = $2 AND lease_until > now() FOR UPDATE`,
        [lease.sink, lease.holder],
      );
      if (held.length === 0) throw new LeaseLostError(lease.sink);
      await change(manager);
    });
  }
}

async function saveDelivery(manager: EntityManager, delivery: Delivery): Promise<void> {
  await manager.query(
    `INSERT INTO audit.webhook_deliveries (${DELIVERY_COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     ON CONFLICT (webhook_id, event_id) DO UPDATE SET status = excluded.status, attempts = excluded.attempts,
       last_error = excluded.last_error, last_attempt_at = excluded.last_attempt_at,
       next_attempt_at = excluded.next_attempt_at`,
    [
      ...[delivery.id, delivery.webhookId, delivery.eventId, delivery.eventType, delivery.status, delivery.attempts],
      ...[delivery.lastError, delivery.firstAttemptAt, delivery.lastAttemptAt, delivery.nextAttemptAt],
    ],
  );
}

/** Never backwards. */
async function movePositions(manager: EntityManager, sink: string, positions: Positions): Promise<void> {
  await manager.query(
    `INSERT INTO audit.forward_positions AS p (sink, realm_id, next_index)
     SELECT $1, realm_id, next_index FROM unnest($2::uuid[], $3::bigint[]) AS moved (realm_id, next_index)
     ON CONFLICT (sink, realm_id) DO UPDATE SET next_index = GREATEST(p.next_index, excluded.next_index)`,
    [sink, [...positions.keys()], [...positions.values()]],
  );
}
