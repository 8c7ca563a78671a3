import { describe, expect, it } from '@jest/globals';
import { configurationProblems } from '#contracts';
import { importKeycloak } from './keycloak.js';

/** As Keycloak 26 writes it (`kc.sh export --users same_file`), shortened. */
const KEYCLOAK_26 = {
  id: 'b2c0f2a2-7a3e-4c8a-9d55-2f2a3c4b5d6e',
  realm: 'Shop',
  keycloakVersion: '26.3.1',
  enabled: true,
  defaultRole: { id: '1', name: 'default-roles-shop', composite: true, clientRole: false, containerId: 'x' },
  roles: {
    realm: [
      { name: 'offline_access', description: '${role_offline-access}', composite: false },
      { name: 'uma_authorization', composite: false },
      {
        name: 'default-roles-shop',
        composite: true,
        composites: { realm: ['offline_access', 'member'], client: { account: ['view-profile', 'manage-account'] } },
      },
      { name: 'member', description: 'Everybody', composite: false, attributes: {} },
      { name: 'admin', description: 'Administers the shop', composite: false },
      {
        name: 'staff',
        composite: true,
        composites: { realm: ['buyer'], client: { orders: ['write'], 'realm-management': ['view-users'] } },
        attributes: { level: ['3'] },
      },
      { name: 'buyer', composite: false },
    ],
    client: {
      orders: [
        { name: 'read', description: 'Reads orders', composite: false, clientRole: true },
        { name: 'write', composite: true, composites: { client: { orders: ['read'] } } },
        { name: 'with blank' },
        { name: 'manage_users' },
        { name: ' padded' },
      ],
      legacy: [{ name: 'old' }],
      account: [{ name: 'manage-account' }],
      'realm-management': [{ name: 'view-users' }],
    },
  },
  users: [
    { username: 'ada', enabled: true, realmRoles: ['default-roles-shop', 'admin'] },
    {
      username: 'service-account-worker',
      enabled: true,
      serviceAccountClientId: 'worker',
      realmRoles: ['default-roles-shop', 'staff', 'admin'],
      clientRoles: { orders: ['read', 'gone'] },
      groups: ['/robots'],
    },
    {
      username: 'service-account-legacy',
      enabled: false,
      serviceAccountClientId: 'legacy',
      realmRoles: ['buyer'],
    },
  ],
  clients: [
    { clientId: 'orders', bearerOnly: true },
    {
      clientId: 'worker',
      serviceAccountsEnabled: true,
      protocolMappers: [{ name: 'tenant', protocolMapper: 'oidc-hardcoded-claim-mapper' }],
      defaultClientScopes: ['web-origins', 'acr'],
    },
    { clientId: 'legacy', protocol: 'saml', serviceAccountsEnabled: true },
    { clientId: 'realm-management', bearerOnly: true },
  ],
  clientScopes: [{ name: 'email' }, { name: 'tenant-scope' }],
  authenticationFlows: [{ alias: 'browser' }],
  identityProviders: [{ alias: 'google' }],
};

describe('the roles of an export of Keycloak', () => {
  it('become roles; those of clients with a permission of their name; composites are given as their parts', () => {
    const { configuration, warnings } = importKeycloak(JSON.stringify(KEYCLOAK_26));
    expect(configurationProblems(configuration)).toEqual([]);
    expect(configuration.roles).toEqual([
      { name: 'member', description: 'Everybody', permissions: [] },
      { name: 'staff', permissions: [] },
      { name: 'buyer', permissions: [] },
    ]);
    expect(configuration.clients?.find(({ client_id: id }) => id === 'orders')).toMatchObject({
      permissions: [{ name: 'read' }, { name: 'write' }],
      roles: [
        { name: 'read', description: 'Reads orders', permissions: ['read'] },
        { name: 'write', permissions: ['write'] },
        { name: 'with blank', permissions: [] },
        { name: 'manage_users', permissions: [] },
      ],
    });
    expect(configuration.assignments).toEqual([
      {
        client_id: 'worker',
        roles: [
          'member',
          'staff',
          'buyer',
          { client_id: 'orders', role: 'write' },
          { client_id: 'orders', role: 'read' },
        ],
      },
    ]);
    expect(warnings).toEqual([
      'client orders: bearerOnly has no counterpart: it becomes a client without grants',
      'client worker: protocolMappers (tenant) is not taken over',
      'client worker: defaultClientScopes is not taken over',
      'client legacy: left out: it speaks saml',
      "client realm-management: left out: it is one of Keycloak's own",
      "role offline_access of the realm is left out: it is one of Keycloak's own",
      "role uma_authorization of the realm is left out: it is one of Keycloak's own",
      "role default-roles-shop of the realm is left out: it is one of Keycloak's own",
      'role admin of the realm is left out, with whoever holds it: here admin is the role that comes with every realm and administers it; import it by another name',
      'role staff of the realm: its attributes are not taken over',
      'role staff of the realm is composite, which roles are not here: service accounts that hold it are given its parts as well (buyer, orders/write, realm-management/view-users)',
      'role write of orders is composite, which roles are not here: service accounts that hold it are given its parts as well (orders/read)',
      'role with blank of orders gives no permission of its name: a permission is a scope value, without blanks and quotes',
      'role manage_users of orders gives no permission of its name: the name means something else in tokens',
      'role  padded of orders gives no permission of its name: a permission is a scope value, without blanks and quotes',
      'role " padded" of orders is left out: no role can be called so',
      'role old of legacy is left out with its client',
      '1 users are not taken over, nor the roles that they hold',
      'service account of worker: what the group /robots gives it is not taken over',
      'service account of worker: role realm-management/view-users is not taken over: here that is the permission view_users, which a role of the realm can give',
      'service account of worker: role admin is not taken over',
      'service account of worker: role orders/gone is not taken over',
      'service account of legacy: its roles are left out, because the client is, or has no service account',
      'realm: clientScopes (email, tenant-scope) is not taken over',
      'realm: authenticationFlows (browser) is not taken over',
      'realm: identityProviders (google) is not taken over',
    ]);
  });

  it('are read as older versions wrote them', () => {
    const keycloak12 = {
      realm: 'shop',
      defaultRoles: ['offline_access', 'uma_authorization'],
      roles: { realm: [{ name: 'offline_access' }, { name: 'buyer' }], client: { orders: [{ name: 'read' }] } },
      users: [
        {
          ...{ username: 'service-account-worker', serviceAccountClientId: 'worker' },
          ...{ realmRoles: ['offline_access', 'uma_authorization', 'buyer'], clientRoles: { orders: ['read'] } },
        },
      ],
      clients: [
        { clientId: 'orders', useTemplateConfig: false },
        { clientId: 'worker', serviceAccountsEnabled: true },
      ],
    };
    const keycloak1 = {
      ...keycloak12,
      roles: { realm: [{ name: 'buyer' }], application: { orders: [{ name: 'read' }] } },
      users: [
        {
          ...{ username: 'service-account-worker', serviceAccountClientLink: 'worker' },
          ...{ realmRoles: ['buyer'], applicationRoles: { orders: ['read'] } },
        },
      ],
    };
    for (const old of [keycloak12, keycloak1]) {
      const { configuration, warnings } = importKeycloak(JSON.stringify(old));
      expect(configuration).toMatchObject({
        roles: [{ name: 'buyer' }],
        assignments: [{ client_id: 'worker', roles: ['buyer', { client_id: 'orders', role: 'read' }] }],
      });
      expect(warnings.filter((warning) => !warning.includes('offline_access'))).toEqual([]);
    }
  });

  it('of service accounts are known only when the export has them; its users may be in files beside it', () => {
    const bare = { ...KEYCLOAK_26, users: [] };
    const [worker] = importKeycloak(JSON.stringify(bare)).warnings.filter((warning) => warning.includes('not known'));
    expect(worker).toBe(
      'client worker: the export does not have its service account, so which roles it holds is not known',
    );
    const users = JSON.stringify({ realm: 'Shop', users: KEYCLOAK_26.users });
    expect(importKeycloak(JSON.stringify(bare), [users])).toEqual(importKeycloak(JSON.stringify(KEYCLOAK_26)));
    const other = JSON.stringify({ realm: 'Other', users: [] });
    expect(() => importKeycloak(JSON.stringify(bare), [other])).toThrow('not of one realm');
  });

  it('end where composites hold each other', () => {
    const circle = {
      realm: 'shop',
      roles: {
        realm: [
          { name: 'a', composite: true, composites: { realm: ['b'] } },
          { name: 'b', composite: true, composites: { realm: ['a'] } },
        ],
      },
      users: [{ username: 'service-account-worker', serviceAccountClientId: 'worker', realmRoles: ['a'] }],
      clients: [{ clientId: 'worker', serviceAccountsEnabled: true }],
    };
    const { configuration } = importKeycloak(JSON.stringify(circle));
    expect(configuration.assignments).toEqual([{ client_id: 'worker', roles: ['a', 'b'] }]);
  });

  it('give permissions up to what a catalogue holds', () => {
    const many = {
      realm: 'shop',
      roles: { client: { orders: Array.from({ length: 65 }, (_, index) => ({ name: `r${index}` })) } },
      clients: [{ clientId: 'orders' }],
    };
    const { configuration, warnings } = importKeycloak(JSON.stringify(many));
    expect(configurationProblems(configuration)).toEqual([]);
    expect(configuration.clients?.[0]?.permissions).toHaveLength(63);
    expect(configuration.clients?.[0]?.roles).toHaveLength(65);
    expect(warnings).toHaveLength(2);
  });
});
