/** Somebody who can be the subject of a token: a person, or the service account of a client. */
export interface User {
  readonly id: string;
  readonly realmId: string;
  /** For audit events of calls that name the realm by its id only. */
  readonly realmName: string;
  /** The client whose service account this is; null for people. */
  readonly clientId: string | null;
  readonly username: string;
  readonly email: string | null;
  readonly emailVerified: boolean;
  readonly firstname: string | null;
  readonly lastname: string | null;
  readonly enabled: boolean;
  /** What a person must do before they are let in, such as choosing another password. */
  readonly requiredActions: readonly string[];
  readonly hasPassword: boolean;
  /** Of the snapshot, and the ETag. */
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** A user with what signing in needs. */
export interface Account {
  readonly user: User;
  /** PHC string; null when there is no password, as for every service account. */
  readonly passwordHash: string | null;
}

/** A fresh user with nothing but a name. Its version comes once its row is there. */
export function newUser(
  facts: Pick<User, 'id' | 'realmId' | 'realmName' | 'clientId' | 'username' | 'enabled'>,
  now: Date,
): User {
  return {
    ...facts,
    email: null,
    emailVerified: false,
    firstname: null,
    lastname: null,
    requiredActions: [],
    hasPassword: false,
    version: 0,
    createdAt: now,
    updatedAt: now,
  };
}

/** Whether it is a person whom their password would let in now. */
export function canSignIn({ clientId, enabled, hasPassword, requiredActions }: User): boolean {
  return clientId === null && enabled && hasPassword && requiredActions.length === 0;
}
