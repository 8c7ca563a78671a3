import { describe, expect, it } from '@jest/globals';
import { newCallContext, traceIdOf } from './call-context.js';

describe('newCallContext', () => {
  it('keeps well-formed ids', () => {
    const traceparent = `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`;

    const context = newCallContext({ deadlineMs: 1_000, requestId: 'abc.DEF_1-2', traceparent });

    expect(context).toMatchObject({ requestId: 'abc.DEF_1-2', traceparent });
    expect(traceIdOf(context)).toBe('a'.repeat(32));
  });

  it.each(['', 'a b', 'a\r\nb', 'ä', 'x'.repeat(129)])('replaces the request id %j', (requestId) => {
    const context = newCallContext({ deadlineMs: 1_000, requestId });

    expect(context.requestId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });

  it.each(['', '00-xyz', `01-${'a'.repeat(32)}-${'b'.repeat(16)}-01`])('replaces the traceparent %j', (traceparent) => {
    const context = newCallContext({ deadlineMs: 1_000, traceparent });

    expect(context.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
  });

  it('makes ids that do not repeat, over many fillings of the pool', () => {
    const contexts = Array.from({ length: 5_000 }, () => newCallContext({ deadlineMs: 1_000 }));

    expect(new Set(contexts.map((context) => context.requestId)).size).toBe(5_000);
    expect(new Set(contexts.map((context) => context.traceparent)).size).toBe(5_000);
  });
});
