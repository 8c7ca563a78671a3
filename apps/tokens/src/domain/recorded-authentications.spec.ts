import { describe, expect, it } from '@jest/globals';
import { RECORDED_EACH_MINUTE, RecordedAuthentications, type Authentication } from './recorded-authentications.js';

const NOON = Date.UTC(2026, 2, 1, 12);
const one: Authentication = { clientId: 'c', secretId: 's', method: 'client_secret_basic', ip: '192.0.2.1' };

const recorded = (
  authentications: RecordedAuthentications,
  kind: Authentication,
  times: number,
  nowMs: number,
): number => Array.from({ length: times }, () => authentications.due(kind, nowMs)).filter(Boolean).length;

describe('recorded authentications', () => {
  it('are the first of a minute, and again in the next', () => {
    const authentications = new RecordedAuthentications();
    expect(recorded(authentications, one, 100, NOON)).toBe(RECORDED_EACH_MINUTE);
    expect(recorded(authentications, one, 100, NOON + 59_999)).toBe(0);
    expect(recorded(authentications, one, 100, NOON + 60_000)).toBe(RECORDED_EACH_MINUTE);
  });

  it.each<[string, Partial<Authentication>]>([
    ['client', { clientId: 'd' }],
    ['secret', { secretId: 't' }],
    ['method', { method: 'client_secret_post' }],
    ['address', { ip: '192.0.2.2' }],
    ['unknown address', { ip: null }],
  ])('another %s has its own', (_what, other) => {
    const authentications = new RecordedAuthentications();
    recorded(authentications, one, 100, NOON);
    expect(authentications.due({ ...one, ...other }, NOON)).toBe(true);
  });

  it('are all that there are when more kinds come than are counted', () => {
    const authentications = new RecordedAuthentications();
    for (let index = 0; index < 50_000; index += 1) authentications.due({ ...one, clientId: String(index) }, NOON);
    expect(recorded(authentications, one, 100, NOON)).toBe(100);
    expect(recorded(authentications, { ...one, clientId: '7' }, 100, NOON)).toBe(RECORDED_EACH_MINUTE - 1);
  });
});
