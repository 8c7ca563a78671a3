/** The signature algorithms that can be allowed. `none` and everything with a shared secret are not among them. */
export const SIGNATURE_ALGORITHMS = ['ES256', 'RS256', 'EdDSA'] as const;
/** A signature algorithm that can be allowed. */
export type SignatureAlgorithm = (typeof SIGNATURE_ALGORITHMS)[number];

/** An issuer whose tokens are taken: one realm. */
export interface TrustedIssuer {
  /** As `iss` of the tokens says, byte by byte: `https://id.example.org/realms/acme`. */
  readonly issuer: string;
  /** Where its keys are; without it, found by the issuer's metadata (RFC 8414, else OpenID Connect Discovery). */
  readonly jwksUri?: string;
}

/** How access tokens are verified. */
export interface AccessTokenVerifierOptions {
  /** Whose tokens are taken: one issuer or several, each with its own keys. */
  readonly issuer: string | TrustedIssuer | readonly (string | TrustedIssuer)[];
  /** Who this service is: its `client_id`. Tokens for others are refused, and only permissions of this API count. */
  readonly audience: string | readonly string[];
  /** Algorithms that are taken. Default: ES256, RS256, EdDSA. */
  readonly algorithms?: readonly SignatureAlgorithm[];
  /** How far clocks may differ. Default 5 seconds. */
  readonly clockToleranceSeconds?: number;
  /** Claims that must be there besides those of RFC 9068. */
  readonly requiredClaims?: readonly string[];
  /** Longer tokens are refused unread. Default 16,384 bytes, the most that Chancery can be set to issue. */
  readonly maxTokenBytes?: number;
  /** For how long fetched keys are used: so long a withdrawn key is still believed. Default 600 seconds. */
  readonly cacheMaxAgeSeconds?: number;
  /** An unknown key makes the keys be fetched anew at most this often. Default 10 seconds. */
  readonly cooldownSeconds?: number;
  /** How long one fetch may take. Default 3,000 ms. */
  readonly timeoutMs?: number;
  /** Takes http URLs of other hosts than this one. Keys that come in the clear can be swapped by whoever is on the way. */
  readonly allowInsecureHttp?: boolean;
  /** Fetches keys and metadata. Default: the global `fetch`. */
  readonly fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** The time in milliseconds since 1970. Default: the system's. */
  readonly now?: () => number;
  /** Is told why requests were refused: for the log, not for the caller. */
  readonly onRefusal?: (refusal: { readonly code: string; readonly reason: string; readonly cause?: unknown }) => void;
}

/** Checked options, with every default in place. */
export interface VerifierSettings {
  readonly issuers: readonly { readonly issuer: string; readonly jwksUri: string | null }[];
  readonly audience: readonly string[];
  readonly algorithms: ReadonlySet<string>;
  readonly clockToleranceSeconds: number;
  readonly requiredClaims: readonly string[];
  readonly maxTokenBytes: number;
  readonly cacheMaxAgeMs: number;
  readonly cooldownMs: number;
  readonly timeoutMs: number;
  readonly allowInsecureHttp: boolean;
  readonly fetch: (url: string, init: RequestInit) => Promise<Response>;
  readonly now: () => number;
  readonly onRefusal: NonNullable<AccessTokenVerifierOptions['onRefusal']>;
}

const KNOWN: ReadonlySet<string> = new Set([
  ...['issuer', 'audience', 'algorithms', 'clockToleranceSeconds', 'requiredClaims', 'maxTokenBytes'],
  ...['cacheMaxAgeSeconds', 'cooldownSeconds', 'timeoutMs', 'allowInsecureHttp', 'fetch', 'now', 'onRefusal'],
]);
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Checks options, so that a service with a hole in them does not start.
 *
 * @throws TypeError that names the option.
 */
export function checkOptions(options: AccessTokenVerifierOptions): VerifierSettings {
  // From JavaScript, or out of a configuration file, anything may come.
  const given: Readonly<Record<string, unknown>> = { ...options };
  for (const name of Object.keys(given)) if (!KNOWN.has(name)) throw new TypeError(`${name} is not an option.`);
  const allowInsecureHttp = given['allowInsecureHttp'] === true;
  const issuers = checkIssuers(given['issuer'], allowInsecureHttp);
  const audience = texts('audience', given['audience']);
  return {
    issuers,
    audience,
    algorithms: checkAlgorithms(given['algorithms']),
    clockToleranceSeconds: quantity('clockToleranceSeconds', given['clockToleranceSeconds'], 5, 0, 300),
    requiredClaims: given['requiredClaims'] === undefined ? [] : texts('requiredClaims', given['requiredClaims'], true),
    maxTokenBytes: quantity('maxTokenBytes', given['maxTokenBytes'], 16_384, 256, 1_048_576),
    cacheMaxAgeMs: quantity('cacheMaxAgeSeconds', given['cacheMaxAgeSeconds'], 600, 1, 86_400) * 1_000,
    cooldownMs: quantity('cooldownSeconds', given['cooldownSeconds'], 10, 0.1, 3_600) * 1_000,
    timeoutMs: quantity('timeoutMs', given['timeoutMs'], 3_000, 10, 60_000),
    allowInsecureHttp,
    fetch: options.fetch ?? ((url, init) => fetch(url, init)),
    now: options.now ?? Date.now,
    onRefusal: options.onRefusal ?? (() => undefined),
  };
}

/** Whether keys and metadata may be fetched from there. */
export function isFetchable(url: string, allowInsecureHttp: boolean): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, username, password } = new URL(url);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' || (protocol === 'http:' && (allowInsecureHttp || LOOPBACK.has(hostname)));
}

function checkIssuers(given: unknown, allowInsecureHttp: boolean): VerifierSettings['issuers'] {
  const list: readonly unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  if (list.length === 0) throw new TypeError('issuer is missing: without it anybody could sign.');
  const issuers = list.map((one) => {
    const { issuer, jwksUri } =
      typeof one === 'object' && one !== null ? (one as Partial<TrustedIssuer>) : { issuer: one, jwksUri: undefined };
    if (typeof issuer !== 'string' || !URL.canParse(issuer) || /[?#]/.test(issuer)) {
      throw new TypeError('issuer must be a URL without query and fragment.');
    }
    if (jwksUri === undefined && !isFetchable(issuer, allowInsecureHttp)) {
      throw new TypeError('issuer must be an https URL; http is for this machine only, or with allowInsecureHttp.');
    }
    if (jwksUri !== undefined && (typeof jwksUri !== 'string' || !isFetchable(jwksUri, allowInsecureHttp))) {
      throw new TypeError('jwksUri must be an https URL; http is for this machine only, or with allowInsecureHttp.');
    }
    return { issuer, jwksUri: jwksUri ?? null };
  });
  if (new Set(issuers.map(({ issuer }) => issuer)).size < issuers.length) throw new TypeError('issuer has one twice.');
  return issuers;
}

function checkAlgorithms(given: unknown): ReadonlySet<string> {
  if (given === undefined) return new Set(SIGNATURE_ALGORITHMS);
  const names = texts('algorithms', given);
  const known: readonly string[] = SIGNATURE_ALGORITHMS;
  if (!names.every((name) => known.includes(name))) {
    throw new TypeError(`algorithms may hold ${SIGNATURE_ALGORITHMS.join(', ')} only.`);
  }
  return new Set(names);
}

function texts(name: string, given: unknown, mayBeEmpty = false): readonly string[] {
  const list: readonly unknown[] = Array.isArray(given) ? given : given === undefined ? [] : [given];
  if (list.length === 0 && !mayBeEmpty) throw new TypeError(`${name} is missing.`);
  if (!list.every((one) => typeof one === 'string' && one !== '')) {
    throw new TypeError(`${name} must be a text or a list of texts, none of them empty.`);
  }
  return list as readonly string[];
}

function quantity(name: string, given: unknown, standard: number, least: number, most: number): number {
  if (given === undefined) return standard;
  if (typeof given === 'number' && given >= least && given <= most) return given;
  throw new TypeError(`${name} must be a number from ${least} to ${most}.`);
}
