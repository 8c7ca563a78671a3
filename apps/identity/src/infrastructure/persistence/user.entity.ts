import { safeIntegerColumn } from '#database';
import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `identity.users`. */
@Entity({ schema: 'identity', name: 'users' })
export class UserEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'realm_id' })
  realmId!: string;

  @Column('text', { name: 'realm_name' })
  realmName!: string;

  /** Null for people. */
  @Column('uuid', { name: 'client_id', nullable: true })
  clientId!: string | null;

  @Column('text')
  username!: string;

  /** What usernames are compared by; see `usernameKey`. */
  @Column('text', { name: 'username_key' })
  usernameKey!: string;

  /** What searches look through; only written. */
  @Column('text', { name: 'search_text', select: false })
  searchText?: string;

  @Column('integer', { name: 'search_keys', array: true, select: false })
  searchKeys?: number[];

  @Column('text', { nullable: true })
  email!: string | null;

  @Column('boolean', { name: 'email_verified' })
  emailVerified!: boolean;

  @Column('text', { nullable: true })
  firstname!: string | null;

  @Column('text', { nullable: true })
  lastname!: string | null;

  @Column('boolean')
  enabled!: boolean;

  @Column('text', { name: 'required_actions', array: true })
  requiredActions!: string[];

  @Column('boolean', { name: 'has_password' })
  hasPassword!: boolean;

  @Column('bigint', { transformer: safeIntegerColumn })
  version!: number;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}
