import { AppError } from '#errors';
import { expect, test } from '@jest/globals';
import { QueryFailedError } from 'typeorm';
import { errorFields } from './error-fields.js';

test('shows of a failed query what went wrong, and nothing of what was being written', () => {
  const driverError = Object.assign(new Error('duplicate key value violates unique constraint "users_name_key"'), {
    code: '23505',
    detail: 'Key (username)=(hidden-detail) already exists.',
    constraint: 'users_name_key',
  });
  const failed = new QueryFailedError('INSERT INTO users VALUES ($1)', ['hidden-parameter'], driverError);
  const shown = errorFields(new AppError('unavailable', { reason: 'database', cause: failed }));
  expect(shown).toMatchObject({
    type: 'AppError',
    code: 'unavailable',
    reason: 'database',
    stack: expect.stringContaining('error-fields.spec'),
    cause: { type: 'QueryFailedError', code: '23505', constraint: 'users_name_key' },
  });
  expect(JSON.stringify(shown)).not.toContain('hidden');
});

test('shows the errors of an aggregate, and ends where causes go round in a circle', () => {
  expect(errorFields(new AggregateError([new TypeError('one'), new Error('two')], 'both'))).toMatchObject({
    message: 'both',
    errors: [{ type: 'TypeError', message: 'one' }, { message: 'two' }],
  });
  const round = new Error('round');
  round.cause = round;
  expect(JSON.stringify(errorFields(round)).length).toBeGreaterThan(0);
});

test('shows plain values as they are, and nothing of other objects', () => {
  expect(errorFields('a word')).toBe('a word');
  expect(errorFields({ password: 'hidden' })).toEqual({ type: 'no error' });
});
