import { AuditEvent } from '#contracts';
import { newCallContext } from '#messaging';
import { describe, expect, test } from '@jest/globals';
import { Value } from '@sinclair/typebox/value';
import { auditActor, changesBetween, newAuditEvent } from './index.js';

describe('newAuditEvent', () => {
  test('fits the contract even when what came from outside is too long', () => {
    const context = newCallContext({ deadlineMs: 1_000, requestId: 'request-1' });
    const event = newAuditEvent(
      {
        type: 'token.refused',
        realm: 'r'.repeat(1_000),
        realmId: null,
        outcome: 'failure',
        reason: 'wrong_secret',
        actor: { kind: 'anonymous', id: null, client_id: 'c'.repeat(1_000) },
        clientId: 'c'.repeat(1_000),
        peer: { ip: '1'.repeat(100), userAgent: 'u'.repeat(1_000) },
        details: { grant_type: null, auth_method: null, secret_id: null, error: 'invalid_client' },
      },
      context,
      new Date('2026-01-02T03:04:05.678Z'),
    );
    expect(Value.Check(AuditEvent, event)).toBe(true);
    expect(event).toMatchObject({ time: '2026-01-02T03:04:05.678Z', request_id: 'request-1', jti: null });
    expect(event.trace_id).toBe(context.traceparent.split('-')[1]);
    expect(event.id.replaceAll('-', '').slice(0, 13)).toBe(`${Date.parse(event.time).toString(16).padStart(12, '0')}7`);
  });

  test('has no secret that an object was named after', () => {
    const secret = `chs_${'S'.repeat(43)}`;
    const details = {
      changes: { name: { before: 'billing', after: `old ${secret}` }, tags: { before: [], after: [secret] } },
    };
    const event = newAuditEvent(
      {
        type: 'client.updated',
        realm: 'acme',
        realmId: null,
        actor: { kind: 'system', id: null, client_id: null },
        details,
      },
      newCallContext({ deadlineMs: 1_000 }),
      new Date(),
    );
    expect(event.details).toEqual({
      changes: { name: { before: 'billing', after: 'old ***' }, tags: { before: [], after: ['***'] } },
    });
    expect(details.changes.name.after).toContain(secret);
  });

  test('names the administrator', () => {
    expect(
      auditActor({
        kind: 'user',
        id: 'u',
        clientId: 'admin-cli',
        realm: 'master',
        permissions: ['manage_realm'],
        peer: { ip: null, userAgent: null },
      }),
    ).toEqual({ kind: 'user', id: 'u', client_id: 'admin-cli' });
  });
});

describe('changesBetween', () => {
  test('tells only what differs, with before and after', () => {
    expect(changesBetween({ a: 1, b: [1], c: null }, { a: 1, b: [2], d: true })).toEqual({
      b: { before: [1], after: [2] },
      d: { before: null, after: true },
    });
  });
});
