import { ERROR_CODES, type ErrorCodeFacts } from '#errors';
import { expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const doc = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'errors.md'), 'utf8');

/** The table's rows by code, without the column for people. */
const documented = new Map(
  doc
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => /^`\w+`$/.test(cells[1] ?? ''))
    .map((cells) => [(cells[1] ?? '').replaceAll('`', ''), cells] as const),
);

it('docs/errors.md lists exactly the codes of the registry', () => {
  expect([...documented.keys()].toSorted()).toEqual(Object.keys(ERROR_CODES).toSorted());
});

it.each(Object.entries<ErrorCodeFacts>(ERROR_CODES))('%s is documented as it is', (code, facts) => {
  const [, , status, title, family, retryable, help] = documented.get(code) ?? [];
  expect({ status, title, family, retryable }).toEqual({
    status: String(facts.status),
    title: facts.title,
    family: facts.family,
    retryable: facts.retryable ? 'yes' : 'no',
  });
  expect(help?.length).toBeGreaterThan(20);
});
