/**
 * A note, committed before other services are asked to make something for a realm or client that is not stored yet. It is
 * closed in the transaction that stores it. One that stays open (a crash, a refusal) says what must be removed again.
 */
export interface Provision {
  readonly id: string;
  readonly realmId: string;
  /** UUID of the client whose service account is made; null when it is about the realm. */
  readonly clientId: string | null;
  readonly createdAt: Date;
}

/** Nothing that opened a provision is still at work after this many milliseconds: the longest deadline, four times. */
export const PROVISION_STALE_AFTER_MS = 60_000;
