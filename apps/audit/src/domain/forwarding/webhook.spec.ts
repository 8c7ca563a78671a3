import { describe, expect, it } from '@jest/globals';
import { checkWebhook, WebhookTargets } from './webhook-policy.js';
import { signingSecrets, wants } from './webhook.js';

const strict = new WebhookTargets(false, false);
const lax = new WebhookTargets(true, true);

describe('webhooks', () => {
  it.each([
    [null, 'client.created', true],
    [['client.created'], 'client.created', true],
    [['client.created'], 'client.updated', false],
    [['client.*'], 'client.updated', true],
    [['client.*'], 'clients.updated', false],
    [['token.*', 'role.assigned'], 'role.assigned', true],
  ])('%j wants %s: %s', (eventTypes, type, expected) => {
    expect(wants({ eventTypes }, type)).toBe(expected);
  });

  it('signs with the former secret too, up to the moment that was said', () => {
    const sealed = (ciphertext: string) => ({ masterKeyId: 'k', wrappedDataKey: 'w', ciphertext });
    const until = new Date('2026-03-01T12:00:00.000Z');
    const webhook = { secret: sealed('new'), former: { secret: sealed('old'), until } };
    const at = (ms: number) =>
      signingSecrets(webhook, new Date(until.getTime() + ms)).map(({ ciphertext }) => ciphertext);
    expect([at(-1), at(0), at(1)]).toEqual([['new', 'old'], ['new'], ['new']]);
    expect(signingSecrets({ ...webhook, former: null }, until)).toEqual([webhook.secret]);
  });

  const problems = (url: string, eventTypes: string[] | null, targets = strict) => {
    try {
      checkWebhook({ url, eventTypes }, targets);
      return [];
    } catch (error) {
      return (error as { fields: { pointer: string }[] }).fields.map(({ pointer }) => pointer);
    }
  };

  it.each([
    ['https://receiver.example/a?b=c', null, []],
    ['https://receiver.example:8443/', ['client.*', 'token.issued'], []],
    ['http://receiver.example/', null, ['/url']],
    ['ftp://receiver.example/', null, ['/url']],
    ['https://user@receiver.example/', null, ['/url']],
    ['https://user:secret@receiver.example/', null, ['/url']],
    ['https://receiver.example/#x', null, ['/url']],
    ['receiver.example', null, ['/url']],
    ['https://receiver.example/', [], ['/event_types']],
    [
      'https://receiver.example/',
      ['client.created', 'no.such', '*', 'client'],
      ['/event_types/1', '/event_types/2', '/event_types/3'],
    ],
  ])('%s with %j has problems at %j', (url, eventTypes, expected) => {
    expect(problems(url, eventTypes)).toEqual(expected);
  });

  it('lets http where the operator does', () => {
    expect(problems('http://receiver.example/', null, lax)).toEqual([]);
    expect(problems('ftp://receiver.example/', null, lax)).toEqual(['/url']);
  });
});
