import { describe, expect, it } from '@jest/globals';
import { configurationProblems } from '#contracts';
import { importKeycloak } from './keycloak.js';

const imported = (realm: object, more: readonly string[] = []) =>
  importKeycloak(JSON.stringify({ realm: 'shop', ...realm }), more);
const WORKER = { clientId: 'worker', serviceAccountsEnabled: true };

describe('an export that Keycloak would not have written so', () => {
  it('loses what is of another kind than it should be, with a warning each', () => {
    const { configuration, warnings } = imported({
      displayName: 5,
      enabled: 'false',
      clients: [
        null,
        { name: 'nameless' },
        { clientId: 7 },
        { clientId: 'api', enabled: 'no', publicClient: 'yes', redirectUris: 'https://a.example/cb', attributes: [1] },
        { clientId: 'web', attributes: { 'post.logout.redirect.uris': ['https://a.example/'] } },
        WORKER,
      ],
      roles: {
        realm: [null, {}, { name: 5 }, { name: 'buyer', composites: 'all' }],
        client: { api: [null, { name: 'read' }], worker: 'x', account: [null] },
      },
      users: [null, { serviceAccountClientId: 'worker', realmRoles: 'buyer', clientRoles: { api: ['read'] } }],
    });
    expect(configurationProblems(configuration)).toEqual([]);
    expect(configuration.roles).toEqual([{ name: 'buyer', permissions: [] }]);
    expect(configuration.clients?.map(({ client_id: id }) => id)).toEqual(['api', 'web', 'worker']);
    expect(configuration.assignments).toEqual([{ client_id: 'worker', roles: [{ client_id: 'api', role: 'read' }] }]);
    expect(warnings).toEqual([
      'realm: displayName is not taken over: it is no text',
      'realm: enabled is not taken over: it is no boolean',
      'role of api 1 is left out: it is no object',
      'every role of worker is left out: that is no list',
      'client 1 is left out: it is no object',
      'client 2 is left out: it has no clientId',
      'client 3 is left out: it has no clientId',
      'client api: enabled is not taken over: it is no boolean',
      'client api: publicClient is not taken over: it is no boolean',
      'client api: redirectUris is not taken over: it is no list',
      'client api: attributes is not taken over: it is no object',
      'user 1 is left out: it is no object',
      'service account of worker: realmRoles is not taken over: it is no list',
      'role of the realm 1 is left out: it is no object',
      'role of the realm 2 is left out: it has no name',
      'role of the realm 3 is left out: it has no name',
      'role of the realm buyer: composites is not taken over: it is no object',
      'client web: attribute post.logout.redirect.uris is not taken over',
    ]);
    expect(imported({ clients: {}, users: {} }).warnings).toEqual([
      'realm: clients is not taken over: it is no list',
      'realm: users is not taken over: it is no list',
    ]);
  });

  it('has nothing twice', () => {
    const account = { serviceAccountClientId: 'worker', realmRoles: ['a'] };
    const { configuration, warnings } = imported(
      {
        clients: [WORKER, { clientId: 'worker', publicClient: true }],
        roles: { realm: [{ name: 'a' }, { name: 'a' }], client: { worker: [{ name: 'b' }, { name: 'b' }] } },
        users: [account],
      },
      [JSON.stringify({ realm: 'shop', users: [account] })],
    );
    expect(configurationProblems(configuration)).toEqual([]);
    expect(warnings).toEqual([
      'role of worker b is there twice: the later one is left out',
      'client worker is there twice: the later one is left out',
      'service account of worker is there twice: the later one is left out',
      'role of the realm a is there twice: the later one is left out',
    ]);
  });

  it('is cut to what a configuration holds', () => {
    const uris = Array.from({ length: 101 }, (_, index) => `https://a.example/${index}`);
    const long = `https://a.example/${'x'.repeat(2_048)}`;
    const { configuration, warnings } = imported({
      displayName: 'd'.repeat(256),
      accessTokenLifespan: 5,
      clients: [
        {
          ...{ clientId: 'web', name: `${'n'.repeat(254)}\u{1f600}`, description: 'd'.repeat(2_001) },
          ...{ redirectUris: [...uris, long], attributes: { 'access.token.lifespan': '7' } },
        },
      ],
      roles: { realm: Array.from({ length: 2_001 }, (_, index) => ({ name: `r${index}` })) },
    });
    expect(configurationProblems(configuration)).toEqual([]);
    expect(configuration.clients?.[0]?.name).toBe('n'.repeat(254));
    expect(warnings).toEqual([
      'client web: its name is cut to 255 characters',
      'client web: its description is cut to 2000 characters',
      'client web: access.token.lifespan 7 is not taken over: a lifetime is from 30 to 31536000 seconds',
      `client web: redirect URI ${long} is left out: it has more than 2048 characters`,
      'client web: redirect URI https://a.example/100 is left out: a client has at most 100',
      'realm: displayName is cut to 255 characters',
      'realm: accessTokenLifespan 5 is not taken over: a lifetime is from 30 to 31536000 seconds',
      'role r2000 of the realm is left out: a configuration holds 2000 of them',
    ]);
  });

  it('is told where its clients may do more here', () => {
    const { warnings } = imported({
      clients: [
        {
          ...{ clientId: 'web', standardFlowEnabled: false, redirectUris: ['https://a.example/cb'] },
          ...{ fullScopeAllowed: false, clientAuthenticatorType: 'client-jwt' },
        },
        {
          clientId: 'plain',
          standardFlowEnabled: false,
          fullScopeAllowed: true,
          clientAuthenticatorType: 'client-secret',
        },
      ],
    });
    expect(warnings).toEqual([
      'client web: standardFlowEnabled false is not taken over: whoever has redirect URIs can sign people in',
      'client web: fullScopeAllowed false is not taken over: its tokens have every role that applies',
      'client web: clientAuthenticatorType client-jwt is not taken over: it authenticates with a secret',
    ]);
  });

  it('does not take a role of the realm for one of a client that is written alike', () => {
    const { configuration } = imported({
      clients: [{ clientId: 'orders' }, WORKER],
      roles: { realm: [{ name: 'orders/read' }], client: { orders: [{ name: 'read' }] } },
      users: [{ serviceAccountClientId: 'worker', realmRoles: ['orders/read'], clientRoles: { orders: ['read'] } }],
    });
    expect(configuration.assignments).toEqual([
      { client_id: 'worker', roles: ['orders/read', { client_id: 'orders', role: 'read' }] },
    ]);
  });

  it('may have composite roles within each other without end', () => {
    const realm = Array.from({ length: 20_000 }, (_, index) => ({
      name: `r${index}`,
      composites: { realm: [`r${index + 1}`] },
    }));
    const users = [{ serviceAccountClientId: 'worker', realmRoles: ['r0'] }];
    const { configuration } = imported({ clients: [WORKER], roles: { realm }, users });
    expect(configuration.assignments?.[0]?.roles).toHaveLength(2_000);
  });

  it.each([{ realm: 5 }, { realm: null }, { realm: '' }])('is none with %j', (name) => {
    expect(() => imported(name)).toThrow('no member "realm"');
  });
});
