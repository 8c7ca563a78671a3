import { describe, expect, it } from '@jest/globals';
import type { AppError } from '#errors';
import { aClient, aRealm, NOW } from '../testing/builders.js';
import { changeClient, checkClient, checkDeletableClient, checkSecretHolder } from './client-policy.js';
import { systemClientsOf } from './system-clients.js';

const realm = aRealm();
const client = aClient(realm);
let made = 0;
const systemClients = (name: string) => systemClientsOf(aRealm({ name }), () => `id-${(made += 1)}`);

describe('checkClient', () => {
  it('accepts a confidential client with a service account and a public one without', () => {
    checkClient({ ...client, serviceAccountEnabled: true }, { publicClient: false }, ['https://app.example/']);
    checkClient(client, { publicClient: true }, ['com.example.app:/callback']);
  });

  it.each(['a\nb', 'a\u001b[31mb', '\u007f', 'a\u0085b', 'a\u2028b'])('refuses the name and the owner %j', (text) => {
    for (const member of ['name', 'owner'] as const) {
      const error = thrownBy(() => checkClient({ ...client, [member]: text }, { publicClient: false }, []));
      expect(error.fields?.map(({ pointer }) => pointer)).toEqual([`/${member}`]);
    }
    checkClient({ ...client, name: 'Größe 漢 😀', description: 'two\nlines' }, { publicClient: false }, []);
  });

  it('names everything that is wrong at once, with pointers', () => {
    const facts = {
      ...client,
      clientId: 'a b',
      name: ' ',
      description: 'a\u0000b',
      serviceAccountEnabled: true,
      accessTokenLifetimeSeconds: 29,
      refreshTokenLifetimeSeconds: 31_536_001,
    };
    const uris = ['https://app.example/', 'http://app.example/', 'https://app.example/'];
    const error = thrownBy(() => checkClient(facts, { publicClient: true }, uris));
    expect(error.code).toBe('validation_failed');
    expect(error.fields?.map(({ pointer }) => pointer)).toEqual([
      '/client_id',
      '/name',
      '/description',
      '/service_account_enabled',
      '/access_token_lifetime',
      '/refresh_token_lifetime',
      '/redirect_uris/1',
      '/redirect_uris/2',
    ]);
  });
});

describe('changeClient', () => {
  it('returns the very same client when nothing differs', () => {
    expect(changeClient(client, { name: client.name, enabled: undefined }, NOW)).toBe(client);
  });

  it('leaves absent members alone, clears null ones and counts the version up', () => {
    const before = { ...client, description: 'old', accessTokenLifetimeSeconds: 60 };
    const after = changeClient(before, { description: null, enabled: false }, new Date(NOW.getTime() + 1));
    expect(after).toEqual({
      ...before,
      description: null,
      enabled: false,
      version: before.version + 1,
      updatedAt: new Date(NOW.getTime() + 1),
    });
  });

  it('refuses a service account for a public client', () => {
    const publicClient = aClient(realm, { clientType: 'public', publicClient: true, secrets: [] });
    const error = thrownBy(() => changeClient(publicClient, { serviceAccountEnabled: true }, NOW));
    expect(error.fields?.map(({ field }) => field)).toEqual(['service_account_enabled']);
  });

  it.each([
    { clientId: 'other' },
    { directAccessGrantsEnabled: true },
    { serviceAccountEnabled: true },
    { firstParty: false },
  ])('keeps %j of a system client as it is', (changes) => {
    for (const system of systemClients('acme')) {
      expect(thrownBy(() => changeClient(system, changes, NOW)).code).toBe('conflict');
    }
  });

  it('lets every system client be disabled but the administration API', () => {
    const outcomes = systemClients('master').map((system) => {
      try {
        return [system.clientId, changeClient(system, { enabled: false }, NOW).enabled];
      } catch (error) {
        return [system.clientId, (error as AppError).code];
      }
    });
    expect(outcomes).toEqual([
      ['realm-management', 'conflict'],
      ['console', false],
      ['account', false],
      ['admin-cli', false],
    ]);
  });
});

describe('system clients', () => {
  it('are three, and admin-cli with the password grant in master only', () => {
    expect(systemClients('acme').map(({ clientId }) => clientId)).toEqual(['realm-management', 'console', 'account']);
    const direct = systemClients('master').filter(({ directAccessGrantsEnabled }) => directAccessGrantsEnabled);
    expect(direct.map(({ clientId, publicClient }) => [clientId, publicClient])).toEqual([['admin-cli', true]]);
  });

  it('are public but for realm-management, and none has a secret or a service account', () => {
    for (const system of systemClients('master')) {
      expect(system.publicClient).toBe(system.clientId !== 'realm-management');
      expect([system.clientType, system.secrets, system.serviceAccountEnabled]).toEqual(['system', [], false]);
    }
  });

  it('can be neither deleted nor given a secret', () => {
    for (const system of systemClients('master')) {
      expect(thrownBy(() => checkDeletableClient(system)).code).toBe('conflict');
      expect(thrownBy(() => checkSecretHolder(system)).code).toBe('conflict');
    }
  });
});

function thrownBy(act: () => unknown): AppError {
  try {
    act();
  } catch (error) {
    return error as AppError;
  }
  throw new Error('nothing was thrown');
}
