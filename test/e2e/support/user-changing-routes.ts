import { unique } from './administrator.js';
import { changeOf, type Prepare } from './change-ground.js';

/** What changes of people must tell the log. */
export const USER_CHANGING_ROUTES: Readonly<Record<string, Prepare>> = {
  'POST /realms/{realm}/users': (ground) => {
    const username = unique('person');
    return Promise.resolve({
      path: `${ground.base}/users`,
      json: { username },
      realm: ground.realm,
      events: [{ type: 'user.created', target: { kind: 'user' }, details: { username } }],
    });
  },
  'PUT /realms/{realm}/users/{id}': async (ground) => {
    const { id, username } = await ground.person();
    return {
      path: `${ground.base}/users/${id}`,
      json: { firstname: 'Ada' },
      realm: ground.realm,
      events: [{ type: 'user.updated', subject_id: id, details: { username, ...changeOf('firstname', null, 'Ada') } }],
    };
  },
  'PUT /realms/{realm}/users/{id}/reset-password': async (ground) => {
    const { id, username } = await ground.person();
    const details = { username, temporary: false, ...changeOf('password', null, '***') };
    return {
      path: `${ground.base}/users/${id}/reset-password`,
      json: { value: 'correct horse battery staple', temporary: false, credential_type: 'password' },
      realm: ground.realm,
      events: [{ type: 'user.password_changed', target: { kind: 'user', id }, subject_id: id, details }],
    };
  },
  'DELETE /realms/{realm}/users/{id}': async (ground) => {
    const { id, username } = await ground.person();
    return {
      path: `${ground.base}/users/${id}`,
      realm: ground.realm,
      events: [{ type: 'user.deleted', target: { kind: 'user', id }, subject_id: id, details: { username } }],
    };
  },
};
