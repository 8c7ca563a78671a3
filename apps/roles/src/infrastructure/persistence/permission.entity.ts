import { safeIntegerColumn } from '#database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `roles.permissions`: a permission that a realm or a client named itself. */
@Entity({ schema: 'roles', name: 'permissions' })
export class PermissionEntity {
  @PrimaryColumn('uuid', { name: 'realm_id' })
  realmId!: string;

  @PrimaryColumn('text')
  scope!: string;

  @PrimaryColumn('smallint')
  bit!: number;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  description!: string | null;

  @Column('bigint', { transformer: safeIntegerColumn })
  version!: number;

  /** When the permission was deleted; its bit stays taken for a while. */
  @Column('timestamptz', { name: 'retired_at', nullable: true })
  retiredAt!: Date | null;
}
