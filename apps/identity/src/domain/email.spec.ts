import { describe, expect, it } from '@jest/globals';
import { emailProblem } from './email.js';

describe('e-mail addresses', () => {
  it.each(['ada@example.com', "o'brien+x@mail.example.co.uk", 'änne@müller.example', 'a@b.c', '用户@例子.公司'])(
    'look like %j',
    (email) => {
      expect(emailProblem(email)).toBeNull();
    },
  );

  it.each([
    '',
    'ada',
    '@example.com',
    'ada@',
    'ada@localhost',
    'ada@@example.com',
    'a b@example.com',
    'ada@exa mple.com',
    '.ada@example.com',
    'ada.@example.com',
    'ada@-example.com',
    'ada@example..com',
    'ada@example.com\n',
    '"a b"@example.com',
    '<ada@example.com>',
    'ada@example.com,bob@example.com',
    `${'a'.repeat(65)}@example.com`,
    `a@${'b'.repeat(250)}.com`,
    'a\u0308@example.com',
    '\ud800@example.com',
  ])('do not look like %j', (email) => {
    expect(emailProblem(email)).not.toBeNull();
  });
});
