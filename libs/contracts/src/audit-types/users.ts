import { Type } from '@sinclair/typebox';
import { auditType, Changes, said } from './audit-type.js';

const USERNAME = { username: Type.String() };
const BY_ITSELF = { actors: ['system'], subjectId: 'always' } as const;
/** A service account's name is made of its client's, so it says nothing of a person. */
const OF_CLIENT = { ...BY_ITSELF, clientId: 'always' } as const;

/** Users and service accounts. */
export const USER_AUDIT_TYPES = {
  'user.created': auditType(
    'A user was created.',
    'user',
    { ...USERNAME, first_administrator: said(Type.Literal(true), 'of the realm `master`, at the first start') },
    { ...BY_ITSELF, personal: ['username'] },
  ),
  'service_account.created': auditType(
    'A client was given a service account.',
    'user',
    { ...USERNAME, enabled: Type.Boolean() },
    OF_CLIENT,
  ),
  'service_account.updated': auditType(
    'A service account followed a change of its client.',
    'user',
    { ...USERNAME, changes: Changes },
    OF_CLIENT,
  ),
  'service_account.deleted': auditType('A service account went with its client.', 'user', USERNAME, OF_CLIENT),
};
