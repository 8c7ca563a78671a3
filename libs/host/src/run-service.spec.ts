import { OperatorError } from '#errors';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { guarded } from './run-service.js';

/** As Node makes them; its own ones are no `Error` of the sandbox that tests run in. */
const systemError = (message: string, facts: object) => () =>
  Promise.reject<unknown>(Object.assign(new Error(message), facts));

describe('guarded', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  const told = async (start: () => Promise<unknown>) => {
    let text = '';
    jest.spyOn(process.stderr, 'write').mockImplementation((chunk) => {
      text += String(chunk);
      return true;
    });
    const exit = jest.spyOn(process, 'exit').mockImplementation((() => undefined) as never);
    await guarded('audit', async () => {
      await start();
    });
    expect(exit).toHaveBeenCalledWith(1);
    return text;
  };

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ['what the operator can mend', () => Promise.reject(new OperatorError('mend it')), /\nchancery audit: mend it\n$/],
    [
      'an address of another machine',
      systemError('listen EADDRNOTAVAIL: 203.0.113.9', { code: 'EADDRNOTAVAIL', syscall: 'listen' }),
      /CHANCERY_HTTP_HOST/,
    ],
    [
      'a host that has no address',
      systemError('getaddrinfo ENOTFOUND nowhere', { code: 'ENOTFOUND', syscall: 'getaddrinfo' }),
      /CHANCERY_HTTP_HOST/,
    ],
    [
      'a port that is taken',
      systemError('listen EADDRINUSE', { code: 'EADDRINUSE', syscall: 'listen', port: 8080 }),
      /port 8080 is in use/,
    ],
  ])('tells %s in plain words', async (_title, start, words) => {
    const text = await told(start);
    expect(text).toMatch(words);
    expect(text).not.toMatch(/\n\s+at |203\.0\.113\.9|nowhere/);
  });

  it('tells anything else with its stack', async () => {
    expect(await told(() => Promise.reject(new Error('a bug')))).toMatch(/a bug\n\s+at /);
  });
});
