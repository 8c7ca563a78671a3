import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `registry.redirect_uris`. */
@Entity({ schema: 'registry', name: 'redirect_uris' })
export class RedirectUriEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'realm_id' })
  realmId!: string;

  /** The client's UUID. */
  @Column('uuid', { name: 'client_uuid' })
  clientUuid!: string;

  @Column('text')
  value!: string;

  @Column('boolean')
  enabled!: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
