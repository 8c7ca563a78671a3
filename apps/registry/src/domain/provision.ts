/**
 * A note that another service may hold something that the registry's own data do not account for (yet, or any more): a realm's
 * roles and keys, or a client's service account. No transaction spans services, so the note is committed before the other
 * service is asked, and closed in the transaction that stores what it was asked for. One that is never closed (a refusal, a
 * crash) is given up: then the other service is brought in step with what is stored.
 */
export interface Provision {
  readonly id: string;
  readonly realmId: string;
  /** UUID of the client whose service account it is about; null when it is about the realm. */
  readonly clientId: string | null;
  /** The change that opened it cannot commit any more; what remains is to bring the other service in step. */
  readonly givenUp: boolean;
  readonly createdAt: Date;
}

/** Nothing that opened a provision is still at work after this many milliseconds: the longest deadline, four times. */
export const PROVISION_STALE_AFTER_MS = 60_000;
