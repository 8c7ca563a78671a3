import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `registry.provisions`. */
@Entity({ schema: 'registry', name: 'provisions' })
export class ProvisionEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'realm_id' })
  realmId!: string;

  @Column('uuid', { name: 'client_uuid', nullable: true })
  clientUuid!: string | null;

  @Column('boolean', { name: 'given_up' })
  givenUp!: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
