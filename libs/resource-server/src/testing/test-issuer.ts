import { CompactSign, exportJWK, generateKeyPair, type CryptoKey, type JWK } from 'jose';
import type { AccessTokenVerifierOptions } from '../verification/options.js';

/** An issuer for tests: keys, their publication over a made-up network, and tokens good and bad. */
export class TestIssuer {
  readonly issuer = 'https://id.example.org/realms/acme';
  readonly jwksUri = `${this.issuer}/protocol/openid-connect/certs`;
  /** In milliseconds. */
  now = Date.parse('2026-03-01T12:00:00.000Z');
  /** URLs that were fetched. */
  readonly fetched: string[] = [];
  readonly refusals: string[] = [];
  published: JWK[] = [];
  /** Replaces the network. */
  network: ((url: string) => Promise<Response>) | null = null;
  readonly privateJwks = new Map<string, JWK>();
  private readonly privateKeys = new Map<string, { readonly key: CryptoKey; readonly algorithm: string }>();

  static async create(algorithm = 'ES256'): Promise<TestIssuer> {
    const issuer = new TestIssuer();
    await issuer.addKey('k1', algorithm);
    return issuer;
  }

  async addKey(kid: string, algorithm = 'ES256'): Promise<JWK> {
    const { publicKey, privateKey } = await generateKeyPair(algorithm, { extractable: true });
    this.privateJwks.set(kid, await exportJWK(privateKey));
    this.privateKeys.set(kid, { key: privateKey, algorithm });
    const jwk = { ...(await exportJWK(publicKey)), kid, alg: algorithm, use: 'sig' };
    this.published.push(jwk);
    return jwk;
  }

  options(changes: Partial<AccessTokenVerifierOptions> = {}): AccessTokenVerifierOptions {
    return {
      issuer: this.issuer,
      audience: 'billing',
      now: () => this.now,
      fetch: (url) => this.answer(url),
      onRefusal: ({ reason }) => this.refusals.push(reason),
      ...changes,
    };
  }

  /** Claims of a good token for `billing`. */
  claims(changes: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
    const seconds = Math.floor(this.now / 1_000);
    return {
      iss: this.issuer,
      exp: seconds + 300,
      aud: 'billing',
      sub: '0190a000-0000-7000-8000-000000000001',
      client_id: 'shop',
      iat: seconds,
      jti: '0190a000-0000-7000-8000-000000000002',
      scope: 'invoices:read',
      realm_access: { roles: [] },
      resource_access: { billing: { roles: ['reader'] } },
      permissions: ['invoices:read'],
      ...changes,
    };
  }

  /** Signs a payload, as it is written when it is text, under the header with its changes. */
  async token(
    payload: string | Readonly<Record<string, unknown>> = this.claims(),
    header: Readonly<Record<string, unknown>> = {},
    signWith = 'k1',
  ): Promise<string> {
    const signer = this.privateKeys.get(signWith);
    if (signer === undefined) throw new Error(`no key ${signWith}`);
    const protectedHeader = { alg: signer.algorithm, typ: 'at+jwt', kid: signWith, ...header };
    return new CompactSign(Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload)))
      .setProtectedHeader(protectedHeader as { alg: string })
      .sign(signer.key, { crit: { 'urn:example:ext': true } });
  }

  private answer(url: string): Promise<Response> {
    this.fetched.push(url);
    if (this.network !== null) return this.network(url);
    if (url === 'https://id.example.org/.well-known/oauth-authorization-server/realms/acme') {
      return Promise.resolve(Response.json({ issuer: this.issuer, jwks_uri: this.jwksUri }));
    }
    if (url === this.jwksUri) return Promise.resolve(Response.json({ keys: this.published }));
    return Promise.resolve(new Response('', { status: 404 }));
  }
}
