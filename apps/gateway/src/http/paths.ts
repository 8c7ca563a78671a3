import { RealmName } from '#contracts';

/** Paths that do not belong to one controller. `:realm` is a realm's name. */
export const TOKEN_PATH = '/realms/:realm/protocol/openid-connect/token';

const TOKEN_URL = /^\/realms\/([^/?#]+)\/protocol\/openid-connect\/token(?:[?#]|$)/;
const REALM_NAME = new RegExp(RealmName.pattern ?? '');

/** Whether a URL is the token endpoint's, where errors have the form of RFC 6749 §5.2. */
export function isTokenUrl(url: string): boolean {
  return TOKEN_URL.test(url);
}

/** Whether a URL is a health check's: those are answered even when everything else is shed. */
export function isHealthUrl(url: string): boolean {
  return url.startsWith('/health/');
}

/** Whether a realm of this name can exist. */
export function isRealmName(name: string): boolean {
  return REALM_NAME.test(name);
}
