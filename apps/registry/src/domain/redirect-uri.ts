/** A redirect URI of a client; compared as an exact string. */
export interface RedirectUri {
  readonly id: string;
  readonly value: string;
  readonly enabled: boolean;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** Longest redirect URI, in characters. */
export const REDIRECT_URI_MAX_LENGTH = 2_048;

/** Plain http is for the developer's own machine only, and for these spellings of it only. */
const LOCAL_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

/** What the authorization server itself adds to the query: a registered value would let a client forge an answer. */
const RESPONSE_PARAMETERS: readonly string[] = ['code', 'state', 'iss', 'error'];

const SCRIPT_SCHEMES: readonly string[] = ['javascript', 'data', 'vbscript'];

/** RFC 3986 §3.1 and appendix B: scheme, authority (with its slashes), the rest. Never backtracks. */
const PARTS = /^([A-Za-z][A-Za-z0-9+.-]*):(\/\/[^/?#]*)?(.*)$/;

/** Where a URI divides. */
export interface UriParts {
  /** In lower case. */
  readonly scheme: string;
  /** Undefined when there is no `//`. */
  readonly authority: string | undefined;
  readonly rest: string;
}

/**
 * Says why a redirect URI is refused, or null when it is accepted. Sources: RFC 6749 §3.1.2 (absolute, no fragment), RFC 9700
 * §2.1 (exact match, hence no wildcard; no plain http), RFC 8252 §7.1 (private-use schemes) and §7.3 (loopback), RFC 9207.
 */
export function redirectUriProblem(value: string, client: { readonly publicClient: boolean }): string | null {
  const spelling = spellingProblem(value);
  if (spelling !== null) return spelling;
  const parts = splitUri(value);
  if (parts === null) return 'must be an absolute URI that begins with a scheme, such as https://';
  return (
    schemeProblem(parts, client.publicClient) ??
    (parts.authority?.includes('@') ? 'must not contain user information' : null) ??
    (parts.scheme === 'https' || parts.scheme === 'http'
      ? webProblem(value, parts)
      : privateUseProblem(value, parts)) ??
    pathProblem(parts.rest) ??
    queryProblem(parts.rest)
  );
}

/** Divides a URI; null when it does not begin with a scheme. */
export function splitUri(value: string): UriParts | null {
  const match = PARTS.exec(value);
  if (match?.[1] === undefined) return null;
  return { scheme: match[1].toLowerCase(), authority: match[2]?.slice(2), rest: match[3] ?? '' };
}

/** What is wrong with the characters of a URI, whatever it is for; null for nothing. */
export function spellingProblem(value: string): string | null {
  if (value.length === 0) return 'must not be empty';
  if (value.length > REDIRECT_URI_MAX_LENGTH) return `must have at most ${REDIRECT_URI_MAX_LENGTH} characters`;
  if (/[\x00-\x20\x7f]|%(?:[01][0-9a-f]|7f)/i.test(value)) return 'must not contain spaces or control characters';
  if (!/^[\x21-\x7e]+$/.test(value)) return 'must be ASCII: percent-encode the path, write the host in its xn-- form';
  if (value.includes('*')) return 'must not contain a wildcard';
  if (value.includes('#')) return 'must not contain a fragment';
  if (/["<>\\^`{|}]/.test(value)) return 'must not contain any of " < > \\ ^ ` { | }';
  if (/%(?![0-9a-f]{2})/i.test(value)) return 'must not contain a % that is not followed by two hexadecimal digits';
  return null;
}

function schemeProblem({ scheme }: UriParts, publicClient: boolean): string | null {
  if (SCRIPT_SCHEMES.includes(scheme)) return `must not use the scheme ${scheme}`;
  if (scheme === 'https' || scheme === 'http') return null;
  if (!scheme.includes('.')) {
    return 'must use https, or for a public client a private-use scheme with a dot such as com.example.app';
  }
  if (!publicClient) return 'must use https: only a public client may have a private-use scheme';
  return null;
}

/** What is wrong with the authority of an http or https URI; null for nothing. */
export function webProblem(value: string, { scheme, authority, rest }: UriParts): string | null {
  if (authority === undefined || authority === '') return 'must name a host after ://';
  const [, host, port] = /^(\[[^\]]*\]|[^:[\]]*)(:[^:]*)?$/.exec(authority) ?? [];
  if (host === undefined || host === '') return 'must name a valid host';
  if (port !== undefined && !isPort(port.slice(1))) return 'must have a port between 1 and 65535, or none';
  // What resolvers make of an empty label, at the end too, is not what the host says.
  if (host.split('.').includes('')) return 'must name a host without empty labels';
  if (scheme === 'http' && !LOCAL_HOSTS.includes(host)) {
    return 'must use https: plain http is only accepted for localhost, 127.0.0.1 and [::1]';
  }
  // Parsers disagree about hosts such as 0x7f.1 or ex%61mple.com: what a browser would go to must be what stands here.
  const seenByBrowser = URL.canParse(value) ? new URL(value).hostname : null;
  if (seenByBrowser === null) return 'must be a valid URI';
  if (seenByBrowser !== host.toLowerCase()) return `must name its host in the normal form ${seenByBrowser}`;
  if (rest !== '' && !rest.startsWith('/') && !rest.startsWith('?')) return 'must be a valid URI';
  return null;
}

function privateUseProblem(value: string, { authority, rest }: UriParts): string | null {
  if (!/^[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+:/i.test(value)) return 'must use a scheme that is a reversed domain name';
  if ((authority ?? '') === '' && !rest.startsWith('/')) return 'must have a path, such as com.example.app:/callback';
  return URL.canParse(value) ? null : 'must be a valid URI';
}

function pathProblem(rest: string): string | null {
  const [path = ''] = rest.split('?', 1);
  // A browser takes these out, encoded or not, and so would go to another path than the one that stands here.
  const dots = path.split('/').some((segment) => /^(?:\.|%2e){1,2}$/i.test(segment));
  if (dots) return 'must not have . or .. as a segment of its path';
  // Proxies and frameworks decode these before they look where a segment ends: theirs may be another path.
  return /%2f|%5c/i.test(path) ? 'must not have an encoded slash or backslash in its path' : null;
}

function queryProblem(rest: string): string | null {
  const start = rest.indexOf('?');
  if (start === -1) return null;
  const names = new URLSearchParams(rest.slice(start + 1));
  const reserved = RESPONSE_PARAMETERS.find((name) => names.has(name));
  return reserved === undefined ? null : `must not have the parameter ${reserved} in its query`;
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535;
}
