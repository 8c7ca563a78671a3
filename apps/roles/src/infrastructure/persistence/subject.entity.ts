import { safeIntegerColumn } from '#database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `roles.subjects`: what changes of a subject's assignments lock, and the version of their snapshot. */
@Entity({ schema: 'roles', name: 'subjects' })
export class SubjectEntity {
  @PrimaryColumn('uuid', { name: 'realm_id' })
  realmId!: string;

  @PrimaryColumn('uuid', { name: 'subject_id' })
  subjectId!: string;

  @Column('bigint', { transformer: safeIntegerColumn })
  version!: number;

  @Column('uuid', { name: 'ensured_role_ids', array: true })
  ensuredRoleIds!: string[];

  @Column('boolean')
  removed!: boolean;

  @Column('timestamptz', { name: 'withdrawn_until', nullable: true })
  withdrawnUntil!: Date | null;
}
