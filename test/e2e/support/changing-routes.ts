import { unique } from './administrator.js';
import { changeOf, type Prepare } from './change-ground.js';
import { CLIENT_CHANGING_ROUTES } from './client-changing-routes.js';
import { ROLE_CHANGING_ROUTES } from './role-changing-routes.js';
import { USER_CHANGING_ROUTES } from './user-changing-routes.js';
import { WEBHOOK_CHANGING_ROUTES } from './webhook-changing-routes.js';

/** Every route that changes something; a new one fails the test until it is here. */
export const CHANGING_ROUTES: Readonly<Record<string, Prepare>> = {
  'POST /realms': () => {
    const name = unique('realm');
    const details = { realm: { name, enabled: true } };
    const systemClients = ['realm-management', 'console', 'account'].map((client_id) => ({
      type: 'client.created' as const,
      client_id,
    }));
    return Promise.resolve({
      path: '/realms',
      json: { name },
      realm: name,
      events: [{ type: 'realm.created', target: { kind: 'realm' }, details }, ...systemClients],
    });
  },
  'PUT /realms/{realm}': (ground) =>
    Promise.resolve({
      path: ground.base,
      json: { display_name: 'Shown' },
      realm: ground.realm,
      events: [{ type: 'realm.updated', target: { kind: 'realm' }, details: changeOf('display_name', null, 'Shown') }],
    }),
  'PUT /realms/{realm}/settings': (ground) =>
    Promise.resolve({
      path: `${ground.base}/settings`,
      json: { access_token_lifetime: 99 },
      realm: ground.realm,
      events: [{ type: 'realm.updated', details: changeOf('access_token_lifetime', 300, 99) }],
    }),
  'DELETE /realms/{realm}': async ({ admin }) => {
    const { id, name } = await admin.createRealm();
    return {
      path: `/realms/${name}`,
      realm: 'master',
      events: [{ type: 'realm.deleted', target: { kind: 'realm', id }, details: { realm: { name } } }],
    };
  },
  'PUT /realms/{realm}/audit/retention': (ground) =>
    Promise.resolve({
      path: `${ground.base}/audit/retention`,
      json: { retention: '7y' },
      realm: ground.realm,
      events: [{ type: 'audit.retention_changed', target: { kind: 'realm' } }],
    }),
  'POST /realms/{realm}/audit/erasures': async (ground) => {
    const { id } = await ground.person();
    await ground.admin.auditEvents(ground.realm, { type: 'user.created', subject_id: id });
    return {
      path: `${ground.base}/audit/erasures`,
      json: { subject_id: id, reason: 'a demand' },
      realm: ground.realm,
      events: [
        {
          type: 'audit.personal_data_erased',
          target: { kind: 'realm' },
          subject_id: id,
          details: { reason: 'a demand', events: 1 },
        },
      ],
    };
  },
  ...CLIENT_CHANGING_ROUTES,
  ...USER_CHANGING_ROUTES,
  ...ROLE_CHANGING_ROUTES,
  ...WEBHOOK_CHANGING_ROUTES,
  'POST /realms/{realm}/keys/rotate': async (ground) => {
    const keys = await ground.admin.done<{ data: { kid: string }[] }>('GET', `${ground.base}/keys`);
    const details = { algorithm: 'ES256', replaced_kid: keys.data[0]?.kid };
    return {
      path: `${ground.base}/keys/rotate`,
      realm: ground.realm,
      events: [{ type: 'signing_key.rotated', target: { kind: 'signing_key' }, details }],
    };
  },
  'POST /realms/{realm}/apply': async (ground) => {
    const known = await ground.plainClient();
    const client_id = unique('client');
    return {
      path: `${ground.base}/apply`,
      json: { version: 1, clients: [{ client_id }, { client_id: known.client_id, description: 'Known' }] },
      realm: ground.realm,
      events: [
        { type: 'client.created', client_id },
        { type: 'client.updated', client_id: known.client_id, details: changeOf('description', null, 'Known') },
      ],
    };
  },
};
