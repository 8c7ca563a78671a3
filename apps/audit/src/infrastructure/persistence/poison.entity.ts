import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of `audit.poison`: what arrived on the stream but is no audit event. */
@Entity({ schema: 'audit', name: 'poison' })
export class PoisonEntity {
  /** SHA-256 of the payload, in hex. */
  @PrimaryColumn('text')
  digest!: string;

  /** The UTF-8 bytes that arrived; text could not hold a NUL. */
  @Column('bytea')
  payload!: Buffer;

  @Column('text')
  error!: string;

  @Column('timestamptz', { name: 'received_at', default: () => 'now()' })
  receivedAt!: Date;
}
