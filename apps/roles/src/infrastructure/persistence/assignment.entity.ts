import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `roles.assignments`: a subject holds a role. */
@Entity({ schema: 'roles', name: 'assignments' })
export class AssignmentEntity {
  @PrimaryColumn('uuid', { name: 'realm_id' })
  realmId!: string;

  @PrimaryColumn('uuid', { name: 'subject_id' })
  subjectId!: string;

  @PrimaryColumn('uuid', { name: 'role_id' })
  roleId!: string;

  @Column('timestamptz', { name: 'assigned_at' })
  assignedAt!: Date;
}
