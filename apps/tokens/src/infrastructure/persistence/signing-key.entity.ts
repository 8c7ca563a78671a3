import type { SigningAlgorithm } from '#contracts';
import { safeIntegerColumn } from '#database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `tokens.signing_keys`. The private half is only ever in `ciphertext`. */
@Entity({ schema: 'tokens', name: 'signing_keys' })
export class SigningKeyEntity {
  @PrimaryColumn('text')
  kid!: string;

  @Column('uuid', { name: 'realm_id' })
  realmId!: string;

  @Column('text')
  algorithm!: SigningAlgorithm;

  @Column('text')
  state!: 'active' | 'retired';

  /** JSON of the public members. */
  @Column('text', { name: 'public_jwk' })
  publicJwk!: string;

  @Column('text', { name: 'master_key_id' })
  masterKeyId!: string;

  @Column('text', { name: 'wrapped_data_key' })
  wrappedDataKey!: string;

  @Column('text')
  ciphertext!: string;

  @Column('integer', { name: 'longest_lifetime_seconds' })
  longestLifetimeSeconds!: number;

  @Column('bigint', { name: 'snapshot_version', transformer: safeIntegerColumn })
  snapshotVersion!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'retired_at', nullable: true })
  retiredAt!: Date | null;

  @Column('timestamptz', { name: 'published_until', nullable: true })
  publishedUntil!: Date | null;
}
