import type { ConfiguredClient } from '#contracts';
import { list, nonEmpty, object, type Json } from './keycloak-json.js';

type Warn = (message: string) => void;

const POST_LOGOUT = 'post.logout.redirect.uris';
const LOCAL_HOSTS = ['localhost', '127.0.0.1', '[::1]'];
/** As the server has it. */
const MAX_URIS = 100;
const MAX_URI_LENGTH = 2_048;
const NO_WILDCARDS = 'wildcards are not supported, list every URI';

/** The redirect URIs, post-logout redirect URIs and web origins of a client of Keycloak; a warning for each that has no place here. */
export function importUris(
  client: Json,
  isPublic: boolean,
  warn: Warn,
): Pick<ConfiguredClient, 'redirect_uris' | 'post_logout_redirect_uris' | 'web_origins'> {
  const root = nonEmpty(client['rootUrl'])?.replace(/\/$/, '');
  const absolute = (uri: string): string => (uri.startsWith('/') && root !== undefined ? root + uri : uri);
  const stated = list<unknown>(client['redirectUris']).map(String);
  const redirects = usable(stated, absolute, (uri) => redirectUriProblem(uri, isPublic), 'redirect URI', warn);
  const attribute = nonEmpty(object(client['attributes'])[POST_LOGOUT])?.split('##');
  const origins = list<unknown>(client['webOrigins']).map(String);
  return {
    redirect_uris: redirects,
    ...(attribute === undefined
      ? {}
      : { post_logout_redirect_uris: postLogoutUris(attribute, redirects, absolute, isPublic, warn) }),
    ...(origins.length === 0 ? {} : { web_origins: webOrigins(origins, stated.map(absolute), warn) }),
  };
}

/** Whether an attribute of a client is read here. */
export function isUriAttribute(attribute: string): boolean {
  return attribute === POST_LOGOUT;
}

/** In Keycloak `+` stands for all redirect URIs, and `-` for none at all. */
function postLogoutUris(
  stated: readonly string[],
  redirects: readonly string[],
  absolute: (uri: string) => string,
  isPublic: boolean,
  warn: Warn,
): string[] {
  if (stated.includes('-')) return [];
  const named = usable(
    stated.filter((uri) => uri !== '+' && uri !== ''),
    absolute,
    (uri) => redirectUriProblem(uri, isPublic),
    'post-logout redirect URI',
    warn,
  );
  return atMost([...(stated.includes('+') ? redirects : []), ...named], 'post-logout redirect URI', warn);
}

/** In Keycloak `+` stands for the origins of all redirect URIs, also of those whose path ends in a wildcard. */
function webOrigins(stated: readonly string[], redirectUris: readonly string[], warn: Warn): string[] {
  const ofRedirects = stated.includes('+') ? redirectUris.flatMap((uri) => originOf(uri, warn)) : [];
  const named = usable(
    stated.filter((origin) => origin !== '+'),
    (origin) => origin,
    webOriginProblem,
    'web origin',
    warn,
  );
  return atMost([...ofRedirects, ...named], 'web origin', warn);
}

function originOf(uri: string, warn: Warn): string[] {
  if (!URL.canParse(uri) || !/^https?:$/.test(new URL(uri).protocol)) {
    warn(`web origin + gives nothing for ${uri}: it has no web origin`);
    return [];
  }
  const { origin } = new URL(uri);
  const problem = webOriginProblem(origin);
  if (problem !== null) warn(`web origin + gives nothing for ${uri}: ${problem}`);
  return problem === null ? [origin] : [];
}

function usable(
  stated: readonly string[],
  absolute: (uri: string) => string,
  problemOf: (uri: string) => string | null,
  name: string,
  warn: Warn,
): string[] {
  const uris = stated.flatMap((uri) => {
    const problem = problemOf(absolute(uri));
    if (problem !== null) warn(`${name} ${uri} is left out: ${problem}`);
    return problem === null ? [absolute(uri)] : [];
  });
  return atMost(uris, name, warn);
}

function atMost(uris: readonly string[], name: string, warn: Warn): string[] {
  const different = [...new Set(uris)];
  for (const uri of different.slice(MAX_URIS)) warn(`${name} ${uri} is left out: a client has at most ${MAX_URIS}`);
  return different.slice(0, MAX_URIS);
}

/** The commonest reasons; the server judges the rest when the file is planned. */
function redirectUriProblem(uri: string, isPublic: boolean): string | null {
  if (uri.includes('*')) return NO_WILDCARDS;
  if (uri.length > MAX_URI_LENGTH) return `it has more than ${MAX_URI_LENGTH} characters`;
  if (!URL.canParse(uri)) return 'it is not absolute';
  const { protocol, hash } = new URL(uri);
  if (hash !== '') return 'it has a fragment';
  if (protocol === 'https:' || protocol === 'http:') return plainHttpProblem(uri);
  return isPublic && protocol.includes('.') ? null : 'its scheme is not supported';
}

function webOriginProblem(origin: string): string | null {
  if (origin.includes('*')) return 'wildcards are not supported, list every origin';
  if (!URL.canParse(origin) || !/^https?:$/.test(new URL(origin).protocol)) return 'it is no origin of the web';
  if (new URL(origin).origin !== origin) return `browsers send it as ${new URL(origin).origin}`;
  return plainHttpProblem(origin);
}

function plainHttpProblem(uri: string): string | null {
  const { protocol, hostname } = new URL(uri);
  if (protocol === 'https:' || LOCAL_HOSTS.includes(hostname)) return null;
  return 'http is for the own machine only, use https';
}
