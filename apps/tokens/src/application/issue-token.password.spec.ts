import { beforeEach, describe, expect, it } from '@jest/globals';
import { REALM_SCOPE, UserSnapshot, userSnapshotKey } from '#contracts';
import { AppError } from '#errors';
import { ID, World } from '../testing/world.js';

let world: World;
beforeEach(() => {
  world = new World();
});
const refusal = (request = world.request()) => world.refusal(request);

describe('password', () => {
  it('issues for the user, to a public client', async () => {
    world.assign(ID.alice, [{ roleId: ID.admin, scope: REALM_SCOPE }]);
    expect(await world.claims(world.passwordRequest())).toMatchObject({
      sub: ID.alice,
      client_id: 'admin-cli',
      aud: 'realm-management',
    });
  });

  it('one answer for everything about the user', async () => {
    const answers = [
      await refusal(world.passwordRequest({ username: 'nobody' })),
      await refusal(world.passwordRequest({ password: 'wrong' })),
      await refusal(world.passwordRequest({ password: 'x'.repeat(1_025) })),
    ];
    world.user({ id: ID.alice, enabled: false });
    answers.push(await refusal(world.passwordRequest()));
    world.user({ id: ID.alice, clientId: ID.client });
    answers.push(await refusal(world.passwordRequest()));
    world.snapshots.set(UserSnapshot, userSnapshotKey(ID.realm, ID.alice), null);
    answers.push(await refusal(world.passwordRequest()));
    expect(new Set(answers.map(({ code, message }) => `${code}: ${message}`))).toEqual(
      new Set(['invalid_grant: The username or password is not valid.']),
    );
  });

  it('only for clients with direct access grants, and before a password is looked at', async () => {
    const request = world.passwordRequest({ client_id: '' }, { authorization: world.basic('app', world.secret) });
    expect((await refusal(request)).code).toBe('unauthorized_client');
    expect(world.messages.calls).toEqual([]);
  });

  it.each(['username', 'password'])('RFC 6749 §4.3.2: a missing %s → invalid_request', async (name) => {
    expect((await refusal(world.passwordRequest({ [name]: '' }))).code).toBe('invalid_request');
  });

  it('identity away → unavailable, and no record of a refusal', async () => {
    world.messages.answer = () => {
      throw new AppError('unavailable');
    };
    expect((await refusal(world.passwordRequest())).code).toBe('unavailable');
    expect(world.audit.events).toEqual([]);
  });

  it('records the sign-in beside the token, and names a user only when there is one', async () => {
    await world.issue(world.passwordRequest());
    await refusal(world.passwordRequest({ password: 'wrong' }));
    await refusal(world.passwordRequest({ username: 'typed-my-password-here' }));
    expect(
      world.audit.events.map(({ type, outcome, subject_id, reason }) => [type, outcome, subject_id, reason]),
    ).toEqual([
      ['user.authenticated', 'success', ID.alice, null],
      ['token.issued', 'success', ID.alice, null],
      ['user.authenticated', 'failure', ID.alice, 'wrong_password'],
      ['token.refused', 'failure', ID.alice, 'wrong_password'],
      ['user.authenticated', 'failure', null, 'unknown_user'],
      ['token.refused', 'failure', null, 'unknown_user'],
    ]);
    expect(world.audit.events[3]?.actor).toEqual({ kind: 'client', id: ID.cli, client_id: 'admin-cli' });
    expect(JSON.stringify(world.audit.events)).not.toContain('typed-my-password-here');
  });
});
