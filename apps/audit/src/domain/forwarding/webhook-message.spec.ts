import { describe, expect, it } from '@jest/globals';
import { createHmac } from 'node:crypto';
import { newWebhookSecret, webhookMessage } from './webhook-message.js';

const event = { id: '0197c1f0-0000-7000-8000-000000000001', type: 'client.created', time: '2026-03-01T12:00:00.000Z' };

describe('webhookMessage', () => {
  it('is signed as Standard Webhooks says: HMAC-SHA-256 over id, time and body, with the Base64 part of the secret', () => {
    // The key is raw bytes, not the text of the secret.
    const secret = `whsec_${Buffer.from([0, 1, 254, 255]).toString('base64')}`;
    const { headers, body } = webhookMessage(event, [secret], new Date('2026-03-01T12:00:05.900Z'));
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'webhook-id': event.id,
      'webhook-timestamp': '1772366405',
    });
    expect(JSON.parse(body)).toEqual({ type: event.type, timestamp: event.time, data: event });
    const signed = createHmac('sha256', Buffer.from([0, 1, 254, 255]))
      .update(`${event.id}.1772366405.${body}`)
      .digest('base64');
    expect(headers['webhook-signature']).toBe(`v1,${signed}`);
  });

  it('has a new time and signature at every attempt, and the same id', () => {
    const secret = newWebhookSecret();
    const [first, second] = [0, 60_000].map((ms) => webhookMessage(event, [secret], new Date(ms)));
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.headers['webhook-signature']).not.toBe(first?.headers['webhook-signature']);
  });

  it('is signed with each secret of two, separated by a space, so that a receiver may have either', () => {
    const [newer, older] = [newWebhookSecret(), newWebhookSecret()];
    const now = new Date('2026-03-01T12:00:05.900Z');
    const both = webhookMessage(event, [newer, older], now).headers['webhook-signature'];
    const alone = [newer, older].map((secret) => webhookMessage(event, [secret], now).headers['webhook-signature']);
    expect(both).toBe(alone.join(' '));
    expect(both).toMatch(/^v1,\S{44} v1,\S{44}$/);
  });

  it('makes secrets of 256 bits, never the same', () => {
    const secrets = Array.from({ length: 10 }, newWebhookSecret);
    expect(new Set(secrets).size).toBe(10);
    for (const secret of secrets) expect(Buffer.from(secret.slice('whsec_'.length), 'base64')).toHaveLength(32);
  });
});
