import { Type } from '@sinclair/typebox';
import { nullable, Uuid } from './common.js';
import { defineCall } from './contract.js';

/** Who somebody is, in a few words. */
const KnownUser = Type.Object({
  id: Uuid,
  username: Type.String(),
  /** The client whose service account it is; null for people. */
  clientId: nullable(Uuid),
  enabled: Type.Boolean(),
});

/** Users by username (without case, as sign-in finds them) and by id. Whom the realm does not have is left out. */
export const FindUsers = defineCall({
  subject: 'identity.user.find.v1',
  callers: ['registry'],
  request: Type.Object({
    realmId: Uuid,
    usernames: Type.Array(Type.String({ maxLength: 255 }), { maxItems: 10_000 }),
    ids: Type.Array(Uuid, { maxItems: 10_000 }),
  }),
  reply: Type.Object({
    /** One for each username, in that order. */
    byUsername: Type.Array(nullable(KnownUser)),
    byId: Type.Array(KnownUser),
  }),
});
