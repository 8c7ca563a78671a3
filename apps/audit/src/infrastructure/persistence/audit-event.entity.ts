import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `audit.events`: search keys beside the event itself. */
@Entity({ schema: 'audit', name: 'events' })
export class AuditEventEntity {
  @PrimaryColumn('uuid')
  id!: string;

  /** The nil UUID for events of no known realm. */
  @Column('uuid', { name: 'realm_id' })
  realmId!: string;

  @Column('timestamptz')
  time!: Date;

  @Column('text')
  type!: string;

  @Column('text')
  outcome!: 'success' | 'failure';

  @Column('text', { name: 'actor_id', nullable: true })
  actorId!: string | null;

  @Column('text', { name: 'client_id', nullable: true })
  clientId!: string | null;

  @Column('text', { name: 'subject_id', nullable: true })
  subjectId!: string | null;

  @Column('text', { nullable: true })
  jti!: string | null;

  @Column('text', { nullable: true })
  ip!: string | null;

  /** JSON text, not `jsonb`: kept word for word (member order, escaped NUL), as a hash over it needs. */
  @Column('text')
  event!: string;
}
