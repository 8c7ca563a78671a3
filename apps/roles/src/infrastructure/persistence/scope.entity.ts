import { safeIntegerColumn } from '#database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `roles.scopes`: what changes of a scope's roles lock, and the version of its snapshot. */
@Entity({ schema: 'roles', name: 'scopes' })
export class ScopeEntity {
  @PrimaryColumn('uuid', { name: 'realm_id' })
  realmId!: string;

  @PrimaryColumn('text')
  scope!: string;

  @Column('text', { name: 'realm_name' })
  realmName!: string;

  @Column('text')
  audience!: string;

  @Column('bigint', { name: 'audience_version', transformer: safeIntegerColumn })
  audienceVersion!: number;

  @Column('bigint', { transformer: safeIntegerColumn })
  version!: number;

  @Column('boolean')
  removed!: boolean;
}
