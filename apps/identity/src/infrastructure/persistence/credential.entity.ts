import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `identity.credentials`. Never leaves the service. */
@Entity({ schema: 'identity', name: 'credentials' })
export class CredentialEntity {
  @PrimaryColumn('uuid', { name: 'realm_id' })
  realmId!: string;

  @PrimaryColumn('uuid', { name: 'user_id' })
  userId!: string;

  @PrimaryColumn('text')
  type!: 'password';

  /** An argon2id PHC string; not selected unless named. */
  @Column({ type: 'text', select: false })
  secret!: string;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
