import {
  CreatePermission,
  CreateRole,
  PasswordPolicy,
  RealmConfiguration,
  RegisterClient,
  UpdateClient,
  UpdateRealm,
  CLIENT_URI_KINDS,
} from '#contracts';
import { describe, expect, it } from '@jest/globals';

/** What a request holds beside the members of what it is about. */
const ABOUT_THE_REQUEST = ['actor', 'idempotencyKey', 'realmId', 'clientId', 'id', 'ifVersion', 'realmName', 'client'];

/** Members that a configuration has another word for, or that are the same of all clients. */
const OTHERWISE: Readonly<Record<string, string>> = { passwordPolicy: 'password_policy' };

interface ObjectSchema {
  readonly properties: Readonly<Record<string, unknown>>;
}

const asSchema = (schema: unknown): ObjectSchema => schema as ObjectSchema;
const member = (schema: unknown, name: string): ObjectSchema => asSchema(asSchema(schema).properties[name]);
const items = (schema: unknown): ObjectSchema => asSchema((schema as { readonly items: unknown }).items);

/** The settable members of a request, by the names of the API. */
function settable(schema: ObjectSchema): string[] {
  return Object.keys(schema.properties)
    .filter((name) => !ABOUT_THE_REQUEST.includes(name))
    .map((name) => OTHERWISE[name] ?? snakeCase(name.replace(/Seconds$/, '')));
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

describe('whatever can be set is part of a configuration', () => {
  const configured = (schema: ObjectSchema): string[] => Object.keys(schema.properties);
  const realmChanges = member(UpdateRealm.request, 'changes');

  it('of a realm, but its name', () => {
    const realm = member(RealmConfiguration, 'realm');
    expect(settable(realmChanges).filter((name) => !configured(realm).includes(name))).toEqual(['name']);
    const settings = member(realm, 'settings');
    expect(settable(member(realmChanges, 'settings')).sort()).toEqual(configured(settings).sort());
    expect(settable(PasswordPolicy).sort()).toEqual(configured(member(settings, 'password_policy')).sort());
  });

  it('of a client', () => {
    const client = configured(items(member(RealmConfiguration, 'clients')));
    const created = settable(asSchema(RegisterClient.request));
    const changed = settable(member(UpdateClient.request, 'changes'));
    expect([...created, ...changed].filter((name) => !client.includes(name))).toEqual([]);
    const lists = CLIENT_URI_KINDS.map((kind) => (kind === 'web_origin' ? 'web_origins' : `${kind}_uris`));
    expect(client).toEqual(expect.arrayContaining(lists));
  });

  it('of a permission and of a role', () => {
    const permission = configured(items(member(RealmConfiguration, 'permissions')));
    expect(settable(asSchema(CreatePermission.request)).filter((name) => !permission.includes(name))).toEqual([]);
    const role = configured(items(member(RealmConfiguration, 'roles')));
    expect(settable(asSchema(CreateRole.request)).filter((name) => !role.includes(name))).toEqual([]);
  });
});
