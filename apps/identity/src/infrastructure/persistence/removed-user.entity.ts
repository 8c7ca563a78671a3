import { safeIntegerColumn } from '#database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `identity.removed_users`: the version at which a service account went, and nothing about it. */
@Entity({ schema: 'identity', name: 'removed_users' })
export class RemovedUserEntity {
  @PrimaryColumn('uuid', { name: 'realm_id' })
  realmId!: string;

  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @Column('uuid', { name: 'client_id', nullable: true })
  clientId!: string | null;

  @Column('bigint', { transformer: safeIntegerColumn })
  version!: number;
}
