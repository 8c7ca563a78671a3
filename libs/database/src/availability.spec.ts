import { describe, expect, it } from '@jest/globals';
import { AppError } from '#errors';
import { QueryFailedError } from 'typeorm';
import { asUnavailable, available } from './availability.js';

const withCode = (code: string, message = 'x'): Error => Object.assign(new Error(message), { code });

describe('asUnavailable', () => {
  it.each([
    new QueryFailedError('SELECT', [], withCode('57P01')),
    new QueryFailedError('SELECT', [], withCode('40P01')),
    new QueryFailedError('SELECT', [], withCode('55P03')),
    new QueryFailedError('SELECT', [], withCode('53100', 'could not extend file: No space left on device')),
    new QueryFailedError('INSERT', [], withCode('25006', 'cannot execute INSERT in a read-only transaction')),
    new QueryFailedError('SELECT', [], new Error('Connection terminated unexpectedly')),
    new QueryFailedError('SELECT', [], withCode('ECONNRESET')),
    withCode('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1'),
    withCode('57P03', 'the database system is starting up'),
    new Error('timeout exceeded when trying to connect'),
  ])('takes %p for something that may work later', (error) => {
    expect(asUnavailable(error)).toMatchObject({ code: 'unavailable', cause: error });
  });

  it.each([
    new QueryFailedError('SELECT', [], withCode('23505')),
    new QueryFailedError('SELECT', [], withCode('42P01')),
    new TypeError('x is not a function'),
    new AppError('conflict'),
    'a string',
  ])('leaves %p as it is', (error) => {
    expect(asUnavailable(error)).toBe(error);
  });
});

describe('available', () => {
  it('passes results and other errors through', async () => {
    await expect(available(() => Promise.resolve(7))).resolves.toBe(7);
    const conflict = new AppError('conflict');
    await expect(available(() => Promise.reject(conflict))).rejects.toBe(conflict);
    await expect(available(() => Promise.reject(withCode('ECONNRESET')))).rejects.toMatchObject({
      code: 'unavailable',
    });
  });
});
