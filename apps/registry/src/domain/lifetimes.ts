/** Shortest token lifetime, in seconds: below this, clocks that differ a little would refuse fresh tokens. */
export const MIN_LIFETIME_SECONDS = 30;
/** Longest token lifetime, in seconds: one year. */
export const MAX_LIFETIME_SECONDS = 31_536_000;

/** A client's own token lifetimes in seconds; null means the realm's. */
export interface LifetimeOverrides {
  readonly accessTokenLifetimeSeconds: number | null;
  readonly refreshTokenLifetimeSeconds: number | null;
  readonly idTokenLifetimeSeconds: number | null;
  readonly temporaryTokenLifetimeSeconds: number | null;
}

/** The members of `LifetimeOverrides`, with their names in the API. */
export const LIFETIME_MEMBERS = [
  ['accessTokenLifetimeSeconds', 'access_token_lifetime'],
  ['refreshTokenLifetimeSeconds', 'refresh_token_lifetime'],
  ['idTokenLifetimeSeconds', 'id_token_lifetime'],
  ['temporaryTokenLifetimeSeconds', 'temporary_token_lifetime'],
] as const satisfies readonly (readonly [keyof LifetimeOverrides, string])[];

/** No lifetimes of its own. */
export const REALM_LIFETIMES: LifetimeOverrides = {
  accessTokenLifetimeSeconds: null,
  refreshTokenLifetimeSeconds: null,
  idTokenLifetimeSeconds: null,
  temporaryTokenLifetimeSeconds: null,
};

/** Says why a lifetime is not acceptable, or null when it is. */
export function lifetimeProblem(seconds: number | null | undefined): string | null {
  if (seconds === null || seconds === undefined) return null;
  if (Number.isInteger(seconds) && seconds >= MIN_LIFETIME_SECONDS && seconds <= MAX_LIFETIME_SECONDS) return null;
  return `must be a whole number of seconds between ${MIN_LIFETIME_SECONDS} and ${MAX_LIFETIME_SECONDS}`;
}
