import { decodeJwt, decodeProtectedHeader, type JWTPayload, type ProtectedHeaderParameters } from 'jose';
import type { TestClient } from './administrator.js';
import { ask, type Answer, type Ask } from './http.js';

/** Path of a realm's token endpoint. */
export function tokenPath(realm: string): string {
  return `/realms/${realm}/protocol/openid-connect/token`;
}

/** Path of a realm's key set. */
export function keySetPath(realm: string): string {
  return `/realms/${realm}/protocol/openid-connect/certs`;
}

/** Asks the token endpoint of a realm. */
export function requestToken(realm: string, request: Ask): Promise<Answer> {
  return ask('POST', tokenPath(realm), request);
}

/** The `Authorization` value of client_secret_basic (RFC 6749 §2.3.1: form-encoded, then Base64). */
export function basic(clientId: string, secret: string): string {
  const encoded = `${formEncode(clientId)}:${formEncode(secret)}`;
  return `Basic ${Buffer.from(encoded, 'utf8').toString('base64')}`;
}

function formEncode(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1);
}

/** Asks for a token with client_secret_basic. */
export function clientCredentials(
  client: TestClient,
  form: Readonly<Record<string, string>> = {},
  request: Ask = {},
): Promise<Answer> {
  return requestToken(client.realm, {
    ...request,
    headers: { ...request.headers, authorization: basic(client.clientId, client.secret) },
    form: { grant_type: 'client_credentials', ...form },
  });
}

/** A token with its parts, from an answer that must be a success. */
export function tokenOf(answer: Answer): {
  readonly token: string;
  readonly claims: JWTPayload & Readonly<Record<string, unknown>> & { readonly jti: string };
  readonly header: ProtectedHeaderParameters;
} {
  if (answer.status !== 200) throw new Error(`No token: ${String(answer.status)} ${answer.text}`);
  const { access_token: token } = answer.body as { access_token: string };
  const claims = decodeJwt(token);
  if (typeof claims.jti !== 'string') throw new Error('A token without jti.');
  return { token, claims: { ...claims, jti: claims.jti }, header: decodeProtectedHeader(token) };
}
