import { unique } from './administrator.js';
import { changeOf, type Prepare } from './change-ground.js';

/** Every kind of URI of a client: the last part of its path, its member in events, and one that is accepted. */
const URI_KINDS = [
  ['redirects', 'redirect_uri', 'https://app.example/cb'],
  ['post-logout-redirects', 'post_logout_redirect_uri', 'https://app.example/bye'],
  ['web-origins', 'web_origin', 'https://app.example'],
] as const;

const uriRoutes = Object.fromEntries(
  URI_KINDS.flatMap(([kind, member, value]): [string, Prepare][] => [
    [
      `POST /realms/{realm}/clients/{id}/${kind}`,
      async (ground) => {
        const client = await ground.client();
        const facts = { target: { kind: 'client', id: client.id }, client_id: client.clientId };
        const details = { [member]: { value, enabled: true } };
        return {
          path: `${ground.base}/clients/${client.id}/${kind}`,
          json: { value },
          realm: ground.realm,
          events: [{ type: `client.${member}_added`, ...facts, details }],
        };
      },
    ],
    [
      `PUT /realms/{realm}/clients/{id}/${kind}/{uriId}`,
      async (ground) => {
        const client = await ground.client();
        const id = await ground.uri(client, kind, value);
        const details = { [member]: { id, value, enabled: false }, ...changeOf('enabled', true, false) };
        return {
          path: `${ground.base}/clients/${client.id}/${kind}/${id}`,
          json: { enabled: false },
          realm: ground.realm,
          events: [{ type: `client.${member}_updated`, client_id: client.clientId, details }],
        };
      },
    ],
    [
      `DELETE /realms/{realm}/clients/{id}/${kind}/{uriId}`,
      async (ground) => {
        const client = await ground.client();
        const id = await ground.uri(client, kind, value);
        return {
          path: `${ground.base}/clients/${client.id}/${kind}/${id}`,
          realm: ground.realm,
          events: [
            { type: `client.${member}_removed`, client_id: client.clientId, details: { [member]: { id, value } } },
          ],
        };
      },
    ],
  ]),
);

/** What changes of clients, their secrets and URIs must tell the log. */
export const CLIENT_CHANGING_ROUTES: Readonly<Record<string, Prepare>> = {
  'POST /realms/{realm}/clients': (ground) => {
    const name = unique('client');
    const details = { client: { name, client_id: name, secret: '***', enabled: true } };
    return Promise.resolve({
      path: `${ground.base}/clients`,
      json: { name, client_id: name },
      realm: ground.realm,
      events: [{ type: 'client.created', target: { kind: 'client' }, client_id: name, details }],
    });
  },
  'PATCH /realms/{realm}/clients/{id}': async (ground) => {
    const { id, client_id } = await ground.plainClient();
    return {
      path: `${ground.base}/clients/${id}`,
      json: { enabled: false },
      realm: ground.realm,
      events: [
        {
          type: 'client.updated',
          target: { kind: 'client', id },
          client_id,
          details: changeOf('enabled', true, false),
        },
      ],
    };
  },
  'DELETE /realms/{realm}/clients/{id}': async (ground) => {
    const { id, client_id } = await ground.plainClient();
    const details = { client: { client_id, secret: '***' } };
    return {
      path: `${ground.base}/clients/${id}`,
      realm: ground.realm,
      events: [{ type: 'client.deleted', target: { kind: 'client', id }, client_id, details }],
    };
  },
  'POST /realms/{realm}/clients/{id}/client-secret': async (ground) => {
    const { id, client_id } = await ground.plainClient();
    return {
      path: `${ground.base}/clients/${id}/client-secret`,
      json: {},
      realm: ground.realm,
      events: [{ type: 'client.secret_rotated', target: { kind: 'client', id }, client_id }],
    };
  },
  'POST /realms/{realm}/clients/{id}/secrets': async (ground) => {
    const { id, client_id } = await ground.plainClient();
    return {
      path: `${ground.base}/clients/${id}/secrets`,
      json: { name: 'second' },
      realm: ground.realm,
      events: [{ type: 'client.secret_created', client_id, details: { secret: { name: 'second' } } }],
    };
  },
  'DELETE /realms/{realm}/clients/{id}/secrets/{secretId}': async (ground) => {
    const { id, client_id } = await ground.plainClient();
    const path = `${ground.base}/clients/${id}/secrets`;
    const secret = await ground.admin.done<{ id: string }>('POST', path, { name: 'second' });
    const details = { secret: { id: secret.id, name: 'second' }, forced: false };
    return {
      path: `${path}/${secret.id}`,
      realm: ground.realm,
      events: [{ type: 'client.secret_deleted', client_id, details }],
    };
  },
  ...uriRoutes,
};
