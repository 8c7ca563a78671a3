import { safeIntegerColumn } from '#database';
import type { PasswordPolicy, SigningAlgorithm } from '#contracts';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `registry.realms`. */
@Entity({ schema: 'registry', name: 'realms' })
export class RealmEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('text')
  name!: string;

  @Column('text', { name: 'display_name', nullable: true })
  displayName!: string | null;

  /** Name and display name as searches compare them; only written. */
  @Column('text', { name: 'search_text', select: false })
  searchText?: string;

  @Column('boolean')
  enabled!: boolean;

  @Column('integer', { name: 'access_token_lifetime_seconds' })
  accessTokenLifetimeSeconds!: number;

  @Column('integer', { name: 'refresh_token_lifetime_seconds' })
  refreshTokenLifetimeSeconds!: number;

  @Column('integer', { name: 'id_token_lifetime_seconds' })
  idTokenLifetimeSeconds!: number;

  @Column('integer', { name: 'temporary_token_lifetime_seconds' })
  temporaryTokenLifetimeSeconds!: number;

  @Column('text', { name: 'default_signing_algorithm' })
  defaultSigningAlgorithm!: SigningAlgorithm;

  @Column('jsonb', { name: 'password_policy' })
  passwordPolicy!: PasswordPolicy;

  @Column('bigint', { transformer: safeIntegerColumn })
  version!: number;

  @Column('bigint', { name: 'snapshot_version', transformer: safeIntegerColumn })
  snapshotVersion!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
