import { ClientSnapshot, clientSnapshotKey, RealmSnapshot } from '#contracts';
import { available, toSafeInteger } from '#database';
import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { ClientSecret } from '../../domain/client-secret.js';
import type { Client } from '../../domain/client.js';
import type { Realm } from '../../domain/realm.js';
import { SnapshotRepository, type ClientKey, type Versioned } from '../../domain/repositories.js';
import { ClientEntity } from './entities/client.entity.js';
import { RealmEntity } from './entities/realm.entity.js';
import { selectList, withNumbers } from './raw-rows.js';
import { isStorable, toRealm } from './rows.js';

/** A row of a load; its columns are null when there is nothing under the key. */
type Loaded<Row> = Row & { readonly position: string; readonly tombstone: string | null; readonly found: boolean };

interface SecretColumns {
  readonly secret_id: string | null;
  readonly secret_name: string | null;
  readonly secret_sha256: Buffer;
  readonly secret_hint: string;
  readonly secret_created_at: Date;
  readonly secret_expires_at: Date | null;
  readonly secret_last_used_at: Date | null;
}

/**
 * The source of snapshots in PostgreSQL. Each load is one statement, so that version, value and secrets are of one instant.
 */
@Injectable()
export class TypeOrmSnapshotRepository extends SnapshotRepository {
  private readonly realmColumns: string;
  private readonly clientColumns: string;

  constructor(private readonly dataSource: DataSource) {
    super();
    this.realmColumns = selectList(dataSource, RealmEntity, 'r');
    this.clientColumns = selectList(dataSource, ClientEntity, 'c');
  }

  async realms(names: readonly string[]): Promise<readonly Versioned<Realm>[]> {
    const rows = await this.rows<RealmEntity>(
      `SELECT k.position, t.version AS tombstone, r.id IS NOT NULL AS found, ${this.realmColumns}
       FROM unnest($1::text[]) WITH ORDINALITY AS k (name, position)
       LEFT JOIN registry.realms r ON r.name = k.name
       LEFT JOIN registry.snapshot_tombstones t ON t.snapshot = $2 AND t.key = k.name
       ORDER BY k.position`,
      [names.map(storable), RealmSnapshot.name],
    );
    return rows.map((row) => versioned(row, (columns) => toRealm(withNumbers(columns))));
  }

  async clients(keys: readonly ClientKey[]): Promise<readonly Versioned<Omit<Client, 'redirectUris'>>[]> {
    const rows = await this.rows<ClientEntity & SecretColumns>(
      `SELECT k.position, t.version AS tombstone, c.id IS NOT NULL AS found, ${this.clientColumns},
         s.id AS secret_id, s.name AS secret_name, s.sha256 AS secret_sha256, s.hint AS secret_hint,
         s.created_at AS secret_created_at, s.expires_at AS secret_expires_at, s.last_used_at AS secret_last_used_at
       FROM unnest($1::uuid[], $2::text[], $3::text[]) WITH ORDINALITY AS k (realm_id, client_id, key, position)
       LEFT JOIN registry.clients c ON c.realm_id = k.realm_id AND c.client_id = k.client_id
       LEFT JOIN registry.client_secrets s ON s.realm_id = c.realm_id AND s.client_uuid = c.id
       LEFT JOIN registry.snapshot_tombstones t ON t.snapshot = $4 AND t.key = k.key
       ORDER BY k.position, s.created_at, s.id`,
      [
        keys.map(({ realmId }) => realmId),
        keys.map(({ clientId }) => storable(clientId)),
        keys.map((key) => storable(clientSnapshotKey(key))),
        ClientSnapshot.name,
      ],
    );
    return [...Map.groupBy(rows, ({ position }) => position).values()].map(([first, ...more]) => {
      // A group has at least one row.
      const row = first as (typeof rows)[number];
      return versioned(row, (columns) => ({
        ...clientOf(withNumbers(columns)),
        secrets: [row, ...more].flatMap(secretOf),
      }));
    });
  }

  private rows<Row>(sql: string, parameters: unknown[]): Promise<Loaded<Row>[]> {
    return available(() => this.dataSource.query(sql, parameters));
  }
}

/** Nothing stored has an empty name, so what cannot be stored finds nothing. */
function storable(text: string): string {
  return isStorable(text) ? text : '';
}

function versioned<Row extends { readonly snapshotVersion: number }, T>(
  row: Loaded<Row>,
  read: (row: Row) => T,
): Versioned<T> {
  if (row.found) return { version: toSafeInteger(row.snapshotVersion), value: read(row) };
  return { version: row.tombstone === null ? 0 : toSafeInteger(row.tombstone), value: null };
}

function clientOf(row: ClientEntity): Omit<Client, 'secrets' | 'redirectUris'> {
  return {
    id: row.id,
    realmId: row.realmId,
    clientId: row.clientId,
    name: row.name,
    description: row.description,
    owner: row.owner,
    clientType: row.clientType,
    publicClient: row.publicClient,
    enabled: row.enabled,
    serviceAccountEnabled: row.serviceAccountEnabled,
    directAccessGrantsEnabled: row.directAccessGrantsEnabled,
    firstParty: row.firstParty,
    serviceAccountUserId: row.serviceAccountUserId,
    accessTokenLifetimeSeconds: row.accessTokenLifetimeSeconds,
    refreshTokenLifetimeSeconds: row.refreshTokenLifetimeSeconds,
    idTokenLifetimeSeconds: row.idTokenLifetimeSeconds,
    temporaryTokenLifetimeSeconds: row.temporaryTokenLifetimeSeconds,
    version: row.version,
    snapshotVersion: row.snapshotVersion,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  };
}

function secretOf(row: SecretColumns): ClientSecret[] {
  if (row.secret_id === null) return [];
  return [
    {
      id: row.secret_id,
      name: row.secret_name,
      sha256: row.secret_sha256,
      hint: row.secret_hint,
      createdAt: row.secret_created_at,
      expiresAt: row.secret_expires_at,
      lastUsedAt: row.secret_last_used_at,
    },
  ];
}
