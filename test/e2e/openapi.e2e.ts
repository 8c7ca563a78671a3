import { documentProblems } from '#testing';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { hash } from 'node:crypto';
import { ask, expectProblem, type Answer } from './support/http.js';
import { baseUrl, shape } from './support/shape.js';

type Json = Readonly<Record<string, unknown>>;

/** Every answer of every end-to-end test is held to the document by `ask`; this is about the document itself. */
describe('the description of the API', () => {
  let answer: Answer;
  let document: Json & { readonly paths: Readonly<Record<string, Readonly<Record<string, Json>>>> };

  beforeAll(async () => {
    answer = await ask('GET', '/openapi.json');
    document = answer.body as typeof document;
  });

  it('is OpenAPI 3.1, for everybody, under the public address', () => {
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(documentProblems(document)).toEqual([]);
    expect(document['servers']).toEqual([{ url: baseUrl() }]);
  });

  it('is the same at every gateway, and is not sent again to who has it', async () => {
    const tag = answer.headers.get('etag') ?? '';
    for (const base of shape().baseUrls) {
      const again = await ask('GET', '/openapi.json', { base, headers: { 'if-none-match': tag } });
      expect({ status: again.status, text: again.text }).toEqual({ status: 304, text: '' });
    }
  });

  it('lets nobody without a bearer use what it says needs one', async () => {
    const guarded = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, operation]) => operation['x-required-permissions'] !== undefined)
        .map(([method]) => ({ method: method.toUpperCase(), path })),
    );
    expect(guarded.length).toBeGreaterThan(20);
    for (const { method, path } of guarded) {
      const id = '0197c1f0-0000-7000-8000-000000000001';
      expectProblem(await ask(method, path.replace('{realm}', 'master').replaceAll(/\{\w+\}/g, id)), 401);
    }
  });

  it('is a page for people too, which runs nothing and loads nothing', async () => {
    const page = await ask('GET', '/docs');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(page.text).not.toMatch(/<script|<link|<img|<iframe|\son\w+=|\sstyle=|javascript:|src=/i);
    const [, style = ''] = /<style>([^<]*)<\/style>/.exec(page.text) ?? [];
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`style-src 'sha256-${hash('sha256', style, 'base64')}'`);
    expect(policy).not.toContain('unsafe');
    for (const [path, operations] of Object.entries(document.paths)) {
      expect(page.text).toContain(`<code>${path}</code>`);
      for (const { operationId } of Object.values(operations))
        expect(page.text).toContain(`id="${String(operationId)}"`);
    }
  });
});
