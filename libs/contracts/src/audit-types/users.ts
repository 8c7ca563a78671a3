import { Type } from '@sinclair/typebox';
import { nullable } from '../common.js';
import { auditType, Changes, said, shown } from './audit-type.js';

const USERNAME = { username: Type.String() };
const BY_ITSELF = { actors: ['system'], subjectId: 'always' } as const;
/** A service account's name is made of its client's, so it says nothing of a person. */
const OF_CLIENT = { ...BY_ITSELF, clientId: 'always' } as const;

const PERSON = {
  user: shown('the person', { username: Type.String(), email: nullable(Type.String()), enabled: Type.Boolean() }),
};
const OF_PERSON = { subjectId: 'always' } as const;
const NAMES = ['username', 'email', 'firstname', 'lastname'];
const Masked = Type.Literal('***');

/** Users and service accounts. */
export const USER_AUDIT_TYPES = {
  'user.created': auditType(
    'A user was created.',
    'user',
    {
      ...USERNAME,
      user: Type.Optional(PERSON.user),
      first_administrator: Type.Optional(said(Type.Literal(true), 'of the realm `master`, at the first start')),
    },
    { ...OF_PERSON, personal: ['username', 'user'] },
  ),
  'user.updated': auditType(
    'A person changed, or was enabled or disabled.',
    'user',
    { ...USERNAME, changes: Changes },
    { ...OF_PERSON, personal: ['username', ...NAMES.map((name) => `changes.${name}`)] },
  ),
  'user.deleted': auditType(
    'A person was deleted with their password and roles.',
    'user',
    { ...USERNAME, ...PERSON },
    { ...OF_PERSON, personal: ['username', 'user'] },
  ),
  'user.password_changed': auditType(
    "An administrator set a person's password.",
    'user',
    {
      ...USERNAME,
      temporary: said(Type.Boolean(), 'whether it has to be changed before anybody is let in'),
      changes: said(
        Type.Object({ password: Type.Object({ before: nullable(Masked), after: Masked }) }),
        'whether there was one; never what it is',
      ),
      required_actions: said(Type.Array(Type.String()), 'what has to be done before the next sign-in'),
    },
    { ...OF_PERSON, personal: ['username'] },
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
