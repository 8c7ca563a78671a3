import { describe, expect, it } from '@jest/globals';
import { buildUser } from '../testing/build-user.js';
import { verdictOf } from './password-verdict.js';

const user = buildUser();
const refused = (reason: string, userId: string | null = user.id) => ({ outcome: 'refused', reason, userId });

describe('password verdict', () => {
  it('verifies an enabled person with the right password and nothing left to do', () => {
    expect(verdictOf({ user, passwordHash: 'h' }, true)).toEqual({ outcome: 'verified', userId: user.id });
  });

  it('refuses all else, with the reason', () => {
    expect(verdictOf(null, false)).toEqual(refused('unknown_user', null));
    expect(verdictOf({ user, passwordHash: null }, false)).toEqual(refused('no_password'));
    expect(verdictOf({ user, passwordHash: 'h' }, false)).toEqual(refused('wrong_password'));
    expect(verdictOf({ user: { ...user, enabled: false }, passwordHash: 'h' }, true)).toEqual(refused('user_disabled'));
    expect(verdictOf({ user: { ...user, requiredActions: ['update_password'] }, passwordHash: 'h' }, true)).toEqual(
      refused('action_required'),
    );
  });

  it('never verifies a comparison with no hash, nor a service account', () => {
    expect(verdictOf(null, true)).toMatchObject({ outcome: 'refused' });
    expect(verdictOf({ user, passwordHash: null }, true)).toEqual(refused('no_password'));
    expect(verdictOf({ user: { ...user, clientId: user.id }, passwordHash: 'h' }, true)).toEqual(
      refused('no_password'),
    );
  });
});
