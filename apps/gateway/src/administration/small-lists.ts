import type { ClientSecretInfo, ExplainedPermission, Permission, Role } from '#contracts';
import type { SmallList } from '../http/small-list.js';

/** The secrets of a client, in the order in which they were made. */
export const CLIENT_SECRET_LIST: SmallList<ClientSecretInfo> = {
  name: 'client-secrets',
  idOf: ({ id }) => id,
  searched: ({ name, hint }) => [name, hint],
  orders: { created_at: ({ createdAt }) => createdAt, name: ({ name }) => name ?? '' },
  texts: { name: ({ name }) => name },
  flags: {},
};

/** A catalogue, in the order of its bits. */
export const PERMISSION_LIST: SmallList<Permission> = {
  name: 'permissions',
  idOf: ({ name }) => name,
  searched: ({ name, description }) => [name, description],
  orders: { bit: ({ bit }) => bit, name: ({ name }) => name },
  texts: { name: ({ name }) => name },
  flags: { built_in: ({ builtIn }) => builtIn, reserved: ({ reserved }) => reserved },
};

/** The roles that somebody holds. */
export const HELD_ROLE_LIST: SmallList<Role> = {
  name: 'held-roles',
  idOf: ({ id }) => id,
  searched: ({ name }) => [name],
  orders: { name: ({ name }) => name, created_at: ({ createdAt }) => createdAt },
  texts: { name: ({ name }) => name, client_id: ({ clientId }) => clientId },
  flags: {},
};

/** What somebody effectively holds, API by API. */
export const HELD_PERMISSION_LIST: SmallList<ExplainedPermission> = {
  name: 'held-permissions',
  idOf: ({ clientId, name }) => `${clientId ?? ''} ${name}`,
  searched: ({ name, description }) => [name, description],
  orders: { audience: ({ audience }) => audience, name: ({ name }) => name },
  texts: {
    name: ({ name }) => name,
    client_id: ({ clientId }) => clientId,
    audience: ({ audience }) => audience,
  },
  flags: { built_in: ({ builtIn }) => builtIn },
};
