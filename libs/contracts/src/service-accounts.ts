import { Type } from '@sinclair/typebox';
import { Uuid } from './common.js';
import { defineCall } from './contract.js';

/** At most this many service accounts are made or changed in one call. */
export const MAX_ENSURED_ACCOUNTS = 500;

/** Makes many service accounts or brings them up to date, as `EnsureServiceAccount` does one. Not in one transaction; idempotent. */
export const EnsureServiceAccounts = defineCall({
  subject: 'identity.service-account.ensure-many.v1',
  callers: ['registry'],
  request: Type.Object({
    realmId: Uuid,
    realmName: Type.String(),
    accounts: Type.Array(
      Type.Object({
        /** The client's UUID. */
        clientId: Uuid,
        /** Its `client_id`, for the username. */
        clientIdentifier: Type.String(),
        /** Id for the user when it has to be made. */
        userId: Uuid,
        /** Default: true. */
        enabled: Type.Optional(Type.Boolean()),
      }),
      { maxItems: MAX_ENSURED_ACCOUNTS },
    ),
  }),
  /** One for each, in that order. */
  reply: Type.Object({ userIds: Type.Array(Uuid) }),
  deadlineMs: 15_000,
});
