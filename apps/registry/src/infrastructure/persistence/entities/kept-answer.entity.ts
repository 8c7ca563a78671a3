import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `registry.kept_answers`. */
@Entity({ schema: 'registry', name: 'kept_answers' })
export class KeptAnswerEntity {
  @PrimaryColumn('bytea', { name: 'key_hash' })
  keyHash!: Buffer;

  @Column('bytea', { name: 'request_hash' })
  requestHash!: Buffer;

  @Column('uuid', { name: 'realm_id' })
  realmId!: string;

  @Column('text')
  answer!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;
}
