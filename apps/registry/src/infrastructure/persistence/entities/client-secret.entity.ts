import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `registry.client_secrets`: the hash of a secret, never its text. */
@Entity({ schema: 'registry', name: 'client_secrets' })
export class ClientSecretEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'realm_id' })
  realmId!: string;

  /** The client's UUID. */
  @Column('uuid', { name: 'client_uuid' })
  clientUuid!: string;

  @Column('text', { nullable: true })
  name!: string | null;

  @Column('bytea')
  sha256!: Buffer;

  @Column('text')
  hint!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
