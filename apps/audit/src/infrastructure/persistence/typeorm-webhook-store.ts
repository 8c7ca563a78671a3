import { AuditEventRecorded, type AuditEvent } from '#contracts';
import { keepAnswer, Outbox } from '#database';
import { AppError } from '#errors';
import type { AnswerKeeper } from '#idempotency';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { sinkOf } from '../../domain/forwarding/sink-names.js';
import { WebhookStore, type IdPage, type IdPageQuery } from '../../domain/forwarding/webhook-store.js';
import type { Delivery, Webhook, WebhookOverview } from '../../domain/forwarding/webhook.js';
import type { RealmScopeId } from '../../domain/realm-scope.js';
import {
  DELIVERY_COLUMNS,
  deliveryOf,
  WEBHOOK_COLUMNS,
  webhookOf,
  type DeliveryRow,
  type WebhookRow,
} from './webhook-rows.js';

/** How much of a webhook's deliveries has not arrived. */
const COUNTS = `
  (SELECT count(*)::int FROM audit.webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'pending') AS pending,
  (SELECT count(*)::int FROM audit.webhook_deliveries d WHERE d.webhook_id = w.id AND d.status = 'dead') AS dead`;

type OverviewRow = WebhookRow & { readonly pending: number; readonly dead: number };

/** Webhooks in PostgreSQL. */
@Injectable()
export class TypeOrmWebhookStore extends WebhookStore {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  async add(
    webhook: Webhook,
    { realmIds, limit }: { readonly realmIds: readonly RealmScopeId[]; readonly limit: number },
    event: AuditEvent,
    keep: (keeper: AnswerKeeper) => Promise<void>,
  ): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const { secret, health } = webhook;
      // Makers in one realm take turns, so that the limit is one.
      await manager.query(`SELECT pg_advisory_xact_lock(hashtextextended('webhooks/' || $1, 0))`, [webhook.realmId]);
      const [row] = await manager.query<{ count: number }[]>(
        `SELECT count(*)::int AS count FROM audit.webhooks WHERE realm_id = $1`,
        [webhook.realmId],
      );
      if ((row?.count ?? 0) >= limit) {
        throw new AppError('conflict', {
          detail: `The realm has ${String(limit)} webhooks already, and room for no more.`,
          reason: 'too_many_webhooks',
        });
      }
      await manager.query(
        `INSERT INTO audit.webhooks (${WEBHOOK_COLUMNS})
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, NULL, NULL, NULL, NULL, $11, $12, $13, $14, $15, $16)`,
        [
          ...[webhook.id, webhook.realmId, webhook.realmName, webhook.url, webhook.description, webhook.eventTypes],
          ...[webhook.enabled, secret.masterKeyId, secret.wrappedDataKey, secret.ciphertext],
          ...[health.failingSince, health.lastDeliveredAt, health.lastError],
          ...[webhook.version, webhook.createdAt, webhook.updatedAt],
        ],
      );
      await manager.query(`INSERT INTO audit.forward_sinks (sink, started_at) VALUES ($1, now())`, [
        sinkOf(webhook.id),
      ]);
      await manager.query(
        `INSERT INTO audit.forward_positions (sink, realm_id, next_index)
         SELECT $1, realm_id, COALESCE((SELECT g.size FROM audit.tree_growth g WHERE g.realm_id = scope.realm_id
           ORDER BY g.first_index DESC LIMIT 1), 0)
         FROM unnest($2::uuid[]) AS scope (realm_id)`,
        [sinkOf(webhook.id), realmIds],
      );
      await keep({ keepAnswer: (answer, since) => keepAnswer(manager, 'audit', answer, since) });
      await this.outbox.record(manager, AuditEventRecorded, event);
    });
  }

  async list(realmId: string, { limit, after }: IdPageQuery): Promise<IdPage<WebhookOverview>> {
    const rows = await this.dataSource.query<OverviewRow[]>(
      `SELECT ${WEBHOOK_COLUMNS}, ${COUNTS} FROM audit.webhooks w
       WHERE realm_id = $1 AND ($2::uuid IS NULL OR id > $2) ORDER BY id LIMIT $3`,
      [realmId, after, limit + 1],
    );
    const [count] = await this.dataSource.query<{ total: number }[]>(
      `SELECT count(*)::int AS total FROM audit.webhooks WHERE realm_id = $1`,
      [realmId],
    );
    return pageOf(rows.map(overviewOf), limit, count?.total ?? 0);
  }

  async read(realmId: string, id: string): Promise<WebhookOverview | null> {
    const [row] = await this.dataSource.query<OverviewRow[]>(
      `SELECT ${WEBHOOK_COLUMNS}, ${COUNTS} FROM audit.webhooks w WHERE realm_id = $1 AND id = $2`,
      [realmId, id],
    );
    return row === undefined ? null : overviewOf(row);
  }

  save(webhook: Webhook, readVersion: number, event: AuditEvent): Promise<boolean> {
    return this.changing(event, (manager) =>
      manager.query<[unknown[], number]>(
        `UPDATE audit.webhooks SET url = $4, description = $5, event_types = $6, enabled = $7, version = $8, updated_at = $9
         WHERE realm_id = $1 AND id = $2 AND version = $3`,
        [
          ...[webhook.realmId, webhook.id, readVersion, webhook.url, webhook.description, webhook.eventTypes],
          ...[webhook.enabled, webhook.version, webhook.updatedAt],
        ],
      ),
    );
  }

  saveSecret(webhook: Webhook, readVersion: number, event: AuditEvent): Promise<boolean> {
    const { secret, former } = webhook;
    return this.changing(event, (manager) =>
      manager.query<[unknown[], number]>(
        `UPDATE audit.webhooks SET master_key_id = $4, wrapped_data_key = $5, secret_ciphertext = $6,
           former_master_key_id = $7, former_wrapped_data_key = $8, former_secret_ciphertext = $9, former_until = $10,
           version = $11, updated_at = $12
         WHERE realm_id = $1 AND id = $2 AND version = $3`,
        [
          ...[webhook.realmId, webhook.id, readVersion, secret.masterKeyId, secret.wrappedDataKey, secret.ciphertext],
          ...[former?.secret.masterKeyId ?? null, former?.secret.wrappedDataKey ?? null],
          ...[former?.secret.ciphertext ?? null, former?.until ?? null, webhook.version, webhook.updatedAt],
        ],
      ),
    );
  }

  remove({ realmId, id, version }: Webhook, event: AuditEvent): Promise<boolean> {
    return this.changing(event, async (manager) => {
      const removed = await manager.query<[unknown[], number]>(
        `DELETE FROM audit.webhooks WHERE realm_id = $1 AND id = $2 AND version = $3`,
        [realmId, id, version],
      );
      if (removed[1] === 1) {
        await manager.query(`DELETE FROM audit.forward_positions WHERE sink = $1`, [sinkOf(id)]);
        await manager.query(`DELETE FROM audit.forward_sinks WHERE sink = $1`, [sinkOf(id)]);
      }
      return removed;
    });
  }

  async deliveries(
    webhookId: string,
    status: Delivery['status'] | null,
    { limit, after }: IdPageQuery,
  ): Promise<IdPage<Delivery>> {
    const matching = `FROM audit.webhook_deliveries WHERE webhook_id = $1 AND ($2::text IS NULL OR status = $2)`;
    const rows = await this.dataSource.query<DeliveryRow[]>(
      `SELECT ${DELIVERY_COLUMNS} ${matching} AND ($3::uuid IS NULL OR id > $3) ORDER BY id LIMIT $4`,
      [webhookId, status, after, limit + 1],
    );
    const [count] = await this.dataSource.query<{ total: number }[]>(`SELECT count(*)::int AS total ${matching}`, [
      webhookId,
      status,
    ]);
    return pageOf(rows.map(deliveryOf), limit, count?.total ?? 0);
  }

  async delivery(webhookId: string, id: string): Promise<Delivery | null> {
    const [row] = await this.dataSource.query<DeliveryRow[]>(
      `SELECT ${DELIVERY_COLUMNS} FROM audit.webhook_deliveries WHERE webhook_id = $1 AND id = $2`,
      [webhookId, id],
    );
    return row === undefined ? null : deliveryOf(row);
  }

  async retry(webhookId: string, id: string, now: Date, event: AuditEvent): Promise<Delivery | null> {
    const found = await this.changing(event, (manager) =>
      manager.query<[unknown[], number]>(
        `UPDATE audit.webhook_deliveries
         SET status = 'pending', attempts = 0, first_attempt_at = $3, next_attempt_at = $3
         WHERE webhook_id = $1 AND id = $2`,
        [webhookId, id, now],
      ),
    );
    return found ? this.delivery(webhookId, id) : null;
  }

  flush(context: CallContext): Promise<void> {
    return this.outbox.flush(context);
  }

  /** Records the event when, and only when, the change touched its row. */
  private changing(
    event: AuditEvent,
    change: (manager: EntityManager) => Promise<readonly [unknown, number]>,
  ): Promise<boolean> {
    return this.dataSource.transaction(async (manager) => {
      const [, affected] = await change(manager);
      if (affected !== 1) return false;
      await this.outbox.record(manager, AuditEventRecorded, event);
      return true;
    });
  }
}

function overviewOf(row: OverviewRow): WebhookOverview {
  return { ...webhookOf(row), pending: row.pending, dead: row.dead };
}

function pageOf<T extends { readonly id: string }>(found: readonly T[], limit: number, total: number): IdPage<T> {
  const items = found.slice(0, limit);
  return { items, next: found.length > limit ? (items.at(-1)?.id ?? null) : null, total };
}
