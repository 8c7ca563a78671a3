import { describe, expect, it } from '@jest/globals';
import { configurationProblems } from '#contracts';
import { importKeycloak } from './keycloak.js';

const EXPORT = {
  realm: 'shop',
  displayName: 'The shop',
  enabled: true,
  accessTokenLifespan: 600,
  defaultSignatureAlgorithm: 'PS512',
  sslRequired: 'external',
  bruteForceProtected: false,
  groups: [{ name: 'staff' }],
  roles: {
    realm: [{ name: 'buyer' }],
    client: { api: [{ name: 'reader' }], account: [{ name: 'manage-account' }] },
  },
  users: [
    { username: 'ada' },
    {
      username: 'service-account-worker',
      serviceAccountClientId: 'worker',
      realmRoles: ['buyer'],
      clientRoles: { api: ['reader'] },
    },
  ],
  clients: [
    { clientId: 'account', publicClient: true },
    { clientId: 'legacy', protocol: 'saml' },
    {
      clientId: 'worker',
      name: 'Worker',
      enabled: true,
      serviceAccountsEnabled: true,
      secret: 'keycloaks-secret',
      attributes: {
        'access.token.lifespan': '120',
        'oidc.ciba.grant.enabled': 'false',
        'pkce.code.challenge.method': 'S256',
      },
    },
    {
      clientId: 'web',
      publicClient: true,
      rootUrl: 'https://shop.example',
      redirectUris: ['/cb', 'https://shop.example/cb', 'https://*.shop.example/*', 'http://shop.example/cb', '/x#y'],
      webOrigins: ['+'],
    },
  ],
};

describe('an export of a Keycloak realm', () => {
  const { configuration, warnings } = importKeycloak(JSON.stringify(EXPORT));

  it('becomes a configuration', () => {
    expect(configurationProblems(configuration)).toEqual([]);
    expect(configuration).toEqual({
      version: 1,
      realm: { display_name: 'The shop', enabled: true, settings: { access_token_lifetime: 600 } },
      clients: [
        {
          client_id: 'worker',
          name: 'Worker',
          client_type: 'confidential',
          enabled: true,
          service_account_enabled: true,
          direct_access_grants_enabled: false,
          access_token_lifetime: 120,
          redirect_uris: [],
        },
        {
          client_id: 'web',
          client_type: 'public',
          enabled: true,
          service_account_enabled: false,
          direct_access_grants_enabled: false,
          redirect_uris: ['https://shop.example/cb'],
          web_origins: ['https://shop.example'],
        },
      ],
      roles: [{ name: 'buyer', permissions: [] }],
      assignments: [{ client_id: 'worker', roles: ['buyer'] }],
    });
  });

  it('loses nothing in silence, and no secret at all', () => {
    expect(warnings).toEqual([
      "client account: left out: it is one of Keycloak's own",
      'client legacy: left out: it speaks saml',
      'client worker: its secret is not taken over: name it with secret_from, or make a new one',
      'client worker: attribute pkce.code.challenge.method is not taken over',
      'client web: redirect URI https://*.shop.example/* is left out: wildcards are not supported, list every URI',
      'client web: redirect URI http://shop.example/cb is left out: http is for the own machine only, use https',
      'client web: redirect URI /x#y is left out: it has a fragment',
      'client web: web origin + gives nothing for https://*.shop.example/*: wildcards are not supported, list every origin',
      'client web: web origin + gives nothing for http://shop.example/cb: http is for the own machine only, use https',
      'realm: defaultSignatureAlgorithm PS512 is not supported; the realm keeps its own',
      'role reader of api is left out with its client',
      '1 users are not taken over, nor the roles that they hold',
      'service account of worker: role api/reader is not taken over',
      'realm: sslRequired is not taken over',
      'realm: groups (staff) is not taken over',
    ]);
    expect(JSON.stringify([configuration, warnings])).not.toContain('keycloaks-secret');
  });

  it.each(['', '[]', '[{"realm":"a"}]', '{"clients":[]}', '5'])('refuses %j, which is none', (text) => {
    expect(() => importKeycloak(text)).toThrow(/Keycloak/);
  });
});
