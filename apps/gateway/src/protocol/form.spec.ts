import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseForm } from './form.js';

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }).filter((text) => !text.includes('\u0000'));
const value = fc.string({ unit: 'binary', minLength: 1, maxLength: 50 }).filter((text) => !text.includes('\u0000'));

describe('parseForm', () => {
  it('reads back whatever URLSearchParams writes', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key, maxLength: 20 }), (pairs) => {
        const form = parseForm(Buffer.from(new URLSearchParams(pairs).toString()));
        expect([...form.parameters]).toEqual(pairs.filter(([key]) => key !== 'resource'));
      }),
    );
  });

  it('answers any bytes with a form or invalid_request, never with anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          const { parameters } = parseForm(Buffer.from(bytes));
          for (const [key, text] of parameters) expect(`${key}${text}`).not.toContain('\u0000');
        } catch (error) {
          expect(error).toBeInstanceOf(AppError);
          expect((error as AppError).code).toBe('invalid_request');
        }
      }),
    );
  });

  it('decodes plus as space and escaped plus as plus', () => {
    expect(parseForm(Buffer.from('a=b+c%2Bd&%C3%A9=%E2%82%AC')).parameters).toEqual(
      new Map([
        ['a', 'b c+d'],
        ['é', '€'],
      ]),
    );
  });
});
