import { Column, Entity, PrimaryColumn } from 'typeorm';

/** A row of any of the tables of clients' URIs, which have the same columns. */
export abstract class ClientUriEntity {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'realm_id' })
  realmId!: string;

  /** The client's UUID. */
  @Column('uuid', { name: 'client_uuid' })
  clientUuid!: string;

  @Column('text')
  value!: string;

  @Column('boolean')
  enabled!: boolean;

  @Column('timestamptz', { name: 'created_at' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'updated_at' })
  updatedAt!: Date;
}

/** A row of `registry.redirect_uris`. */
@Entity({ schema: 'registry', name: 'redirect_uris' })
export class RedirectUriEntity extends ClientUriEntity {}

/** A row of `registry.post_logout_redirect_uris`. */
@Entity({ schema: 'registry', name: 'post_logout_redirect_uris' })
export class PostLogoutRedirectUriEntity extends ClientUriEntity {}

/** A row of `registry.web_origins`. */
@Entity({ schema: 'registry', name: 'web_origins' })
export class WebOriginEntity extends ClientUriEntity {}
