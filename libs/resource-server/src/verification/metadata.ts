import { fetchJson, FetchFailed } from './fetch-json.js';
import { isFetchable, type VerifierSettings } from './options.js';

/**
 * Finds where an issuer's keys are: by RFC 8414 §3.1, and where there is nothing, by OpenID Connect Discovery 1.0 §4.
 *
 * @throws FetchFailed; also when the metadata is another issuer's (RFC 8414 §3.3).
 */
export async function discoverJwksUri(
  issuer: string,
  settings: Pick<VerifierSettings, 'fetch' | 'timeoutMs' | 'allowInsecureHttp'>,
): Promise<string> {
  const { origin, pathname } = new URL(issuer);
  const path = pathname.replace(/\/$/, '');
  let metadata: Readonly<Record<string, unknown>>;
  try {
    metadata = await fetchJson(`${origin}/.well-known/oauth-authorization-server${path}`, settings);
  } catch (thrown) {
    if (!(thrown instanceof FetchFailed) || thrown.status !== 404) throw thrown;
    metadata = await fetchJson(`${origin}${path}/.well-known/openid-configuration`, settings);
  }
  if (metadata['issuer'] !== issuer) throw new FetchFailed('the metadata is of another issuer', 200);
  const uri = metadata['jwks_uri'];
  if (typeof uri !== 'string' || !isFetchable(uri, settings.allowInsecureHttp)) {
    throw new FetchFailed('the metadata has no jwks_uri that may be fetched', 200);
  }
  return uri;
}
