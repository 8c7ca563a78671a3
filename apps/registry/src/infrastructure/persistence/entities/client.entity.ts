import { safeIntegerColumn } from '#database';
import type { ClientType } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `registry.clients`. */
@Entity({ schema: 'registry', name: 'clients' })
export class ClientEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'realm_id' })
  realmId!: string;

  @Column('text', { name: 'client_id' })
  clientId!: string;

  @Column('text')
  name!: string;

  /** Name and `client_id` as searches compare them; only written. */
  @Column('text', { name: 'search_text', select: false })
  searchText?: string;

  @Column('integer', { name: 'search_keys', array: true, select: false })
  searchKeys?: number[];

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('text', { nullable: true })
  owner!: string | null;

  @Column('text', { name: 'client_type' })
  clientType!: ClientType;

  @Column('boolean', { name: 'public_client' })
  publicClient!: boolean;

  @Column('boolean')
  enabled!: boolean;

  @Column('boolean', { name: 'service_account_enabled' })
  serviceAccountEnabled!: boolean;

  @Column('boolean', { name: 'direct_access_grants_enabled' })
  directAccessGrantsEnabled!: boolean;

  @Column('boolean', { name: 'first_party' })
  firstParty!: boolean;

  @Column('uuid', { name: 'service_account_user_id', nullable: true })
  serviceAccountUserId!: string | null;

  @Column('integer', { name: 'access_token_lifetime_seconds', nullable: true })
  accessTokenLifetimeSeconds!: number | null;

  @Column('integer', { name: 'refresh_token_lifetime_seconds', nullable: true })
  refreshTokenLifetimeSeconds!: number | null;

  @Column('integer', { name: 'id_token_lifetime_seconds', nullable: true })
  idTokenLifetimeSeconds!: number | null;

  @Column('integer', { name: 'temporary_token_lifetime_seconds', nullable: true })
  temporaryTokenLifetimeSeconds!: number | null;

  @Column('bigint', { transformer: safeIntegerColumn })
  version!: number;

  @Column('bigint', { name: 'snapshot_version', transformer: safeIntegerColumn })
  snapshotVersion!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
