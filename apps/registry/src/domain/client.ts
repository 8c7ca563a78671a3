import type { ClientType } from '#contracts';
import type { ClientSecret } from './client-secret.js';
import type { LifetimeOverrides } from './lifetimes.js';
import type { RedirectUri } from './redirect-uri.js';

/** What an administrator says of a client. */
export interface ClientFacts extends LifetimeOverrides {
  readonly clientId: string;
  readonly name: string;
  readonly description: string | null;
  readonly owner: string | null;
  readonly enabled: boolean;
  readonly serviceAccountEnabled: boolean;
  readonly directAccessGrantsEnabled: boolean;
  readonly firstParty: boolean;
}

/** A client (RFC 6749 §2) with its secrets and redirect URIs. */
export interface Client extends ClientFacts {
  readonly id: string;
  readonly realmId: string;
  readonly clientType: ClientType;
  /** Cannot keep a secret, so it authenticates with `none`. */
  readonly publicClient: boolean;
  /** The linked user when there is (or was) a service account. */
  readonly serviceAccountUserId: string | null;
  readonly secrets: readonly ClientSecret[];
  readonly redirectUris: readonly RedirectUri[];
  /** Grows with every change an administrator can see: the ETag. */
  readonly version: number;
  /** The version of its published snapshot; given by the database, 0 until it is stored. */
  readonly snapshotVersion: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What may change of a client; absent members stay. */
export type ClientChanges = { readonly [Member in keyof ClientFacts]?: ClientFacts[Member] | undefined };
