import { AppError } from '#errors';
import { describe, expect, it } from '@jest/globals';
import { checkWebhook, WebhookTargets } from './webhook-policy.js';

const PUBLIC_ONLY = new WebhookTargets(false, false);

function problem(url: string, targets = PUBLIC_ONLY): string | undefined {
  try {
    checkWebhook({ url, eventTypes: null }, targets);
    return undefined;
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    expect(thrown.fields).toHaveLength(1);
    return thrown.fields?.[0]?.message;
  }
}

describe('where a webhook may go', () => {
  it.each([
    'https://receiver.example/hook?x=1',
    'https://RECEIVER.example:8443/',
    'https://93.184.215.14/',
    'https://[2606:2800:21f::1]/',
    'https://localhost.example/',
    'https://mylocalhost/',
    'https://müller.example/',
  ])('takes %s', (url) => {
    expect(problem(url)).toBeUndefined();
  });

  // The last octets of one machine in every spelling that resolvers and URL parsers take.
  it.each([
    'https://127.0.0.1/',
    'https://127.1/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0177.0.0.1/',
    'https://127.0.0.1./',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[fe80::1]/',
    'https://[fd00::1]/',
    'https://0.0.0.0/',
    'https://10.1.2.3/',
    'https://192.168.0.1/',
    'https://169.254.169.254/latest/meta-data',
    'https://localhost/',
    'https://LOCALHOST./',
    'https://a.localhost/',
    'https://１２７.0.0.1/',
  ])('refuses %s, unless the operator allows such addresses', (url) => {
    expect(problem(url)).toBe('must not name an address that is not public');
    expect(problem(url, new WebhookTargets(false, true))).toBeUndefined();
  });

  it.each([
    ['http://receiver.example/', 'must be an https URL'],
    ['ftp://receiver.example/', 'must be an https URL'],
    ['javascript:alert(1)', 'must be an https URL'],
    ['https://user@receiver.example/', 'must not contain a user or password'],
    ['https://receiver.example/#part', 'must not have a fragment'],
    ['receiver.example', 'must be a URL'],
    [' https://receiver.example/', 'must be a URL'],
    ['https://receiver.example/a b', 'must be a URL'],
    ['https://receiver.example/a\tb', 'must be a URL'],
    ['https://receiver.example/\r\nx: y', 'must be a URL'],
    ['https://receiver.example/\u00a0', 'must be a URL'],
  ])('refuses %j', (url, message) => {
    expect(problem(url)).toBe(message);
  });
});
