import { describe, expect, it } from '@jest/globals';
import { documentProblems } from './document-problems.js';
import { ExchangeCheck, type Exchange } from './exchange-check.js';

const json = (schema: object) => ({ content: { 'application/json': { schema } } });
const thing = { $ref: '#/components/schemas/Thing' };
const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };

const DOCUMENT = {
  openapi: '3.1.0',
  info: { title: 'Things', version: '1' },
  paths: {
    '/things/{id}': {
      get: {
        operationId: 'readThing',
        parameters: [id, { name: 'colour', in: 'query', schema: { type: 'string' } }],
        responses: {
          200: {
            description: 'It.',
            headers: { ETag: { required: true, schema: { type: 'string' } } },
            ...json(thing),
          },
          404: {
            description: 'None.',
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
          },
        },
      },
      put: {
        operationId: 'changeThing',
        parameters: [id],
        requestBody: json(thing),
        responses: { 204: { description: 'Done.' } },
      },
    },
    '/things/all': { get: { operationId: 'listThings', responses: { 204: { description: 'None.' } } } },
  },
  components: {
    schemas: {
      Thing: { type: 'object', properties: { size: { type: ['integer', 'null'] } }, required: ['size'] },
      Problem: { type: 'object', properties: { status: { type: 'integer' } }, required: ['status'] },
    },
  },
};

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const PROBLEM = { 'content-type': 'application/problem+json' };
const TAGGED = { ...JSON_TYPE, etag: '"1"' };
const check = new ExchangeCheck(DOCUMENT);
const problems = (
  request: string,
  status: number,
  headers: Record<string, string>,
  body: unknown,
  more: Partial<Exchange> = {},
) => {
  const [method = '', path = ''] = request.split(' ');
  const text = body === undefined ? '' : JSON.stringify(body);
  return check.problems({ method, path, status, headers: new Headers(headers), text, ...more }).join('\n');
};

describe('an exchange held to a document', () => {
  it.each([
    ['GET /things/1?colour=red', 200, TAGGED, { size: null }],
    ['GET /things/1', 404, PROBLEM, { status: 404 }],
    ['PUT /things/1', 204, {}, undefined],
    ['GET /things/all', 204, {}, undefined],
    ['OPTIONS /things/all', 204, {}, undefined],
    ['DELETE /things/1', 405, PROBLEM, { status: 405 }],
    ['GET /nothing', 404, PROBLEM, { status: 404 }],
  ])('has nothing against %s → %i', (request, status, headers, body) => {
    expect(problems(request, status, headers, body)).toBe('');
  });

  it.each([
    ['a status', 'GET /things/1', 500, PROBLEM, { status: 500 }, 'the status is not documented'],
    ['a member that is missing', 'GET /things/1', 200, TAGGED, {}, "required property 'size'"],
    ['a member of another type', 'GET /things/1', 200, TAGGED, { size: 'big' }, '/size must be integer,null'],
    ['a member that is not documented', 'GET /things/1', 200, TAGGED, { size: 1, more: 1 }, 'additional properties'],
    ['a body that is none', 'GET /things/1', 200, TAGGED, undefined, 'must be object'],
    ['a body where there should be none', 'GET /things/all', 204, JSON_TYPE, {}, 'a body is not documented'],
    ['another media type', 'GET /things/1', 200, { ...TAGGED, 'content-type': 'text/html' }, {}, 'text/html'],
    ['a header that is missing', 'GET /things/1', 200, JSON_TYPE, { size: 1 }, 'ETag is documented and absent'],
    ['a header that is not documented', 'GET /things/all', 204, { location: '/' }, undefined, 'header location'],
    ['a problem of another status', 'GET /things/1', 404, PROBLEM, { status: 400 }, 'another status'],
    ['a query that is not documented', 'GET /things/1?x=1', 200, TAGGED, { size: 1 }, 'query member x'],
    ['a path that is not documented', 'GET /secret', 200, JSON_TYPE, {}, 'no operation'],
    ['a method that is not documented', 'POST /things/1', 201, JSON_TYPE, {}, 'no operation'],
  ])('names %s', (_title, request, status, headers, body, problem) => {
    expect(problems(request, status, headers, body)).toContain(problem);
  });

  it('names a body that was accepted against the document', () => {
    expect(problems('PUT /things/1', 204, {}, undefined, { sent: { size: 2 } })).toBe('');
    expect(problems('PUT /things/1', 204, {}, undefined, { sent: { size: 'big' } })).toContain('accepted, yet');
  });
});

describe('a document by itself', () => {
  const get = (operation: object) => ({
    ...DOCUMENT,
    paths: { ...DOCUMENT.paths, '/new/{id}': { get: { operationId: 'new', parameters: [id], ...operation } } },
  });
  const responses = { 204: { description: 'Done.' } };

  it('is good', () => {
    expect(documentProblems(DOCUMENT)).toEqual([]);
    expect(documentProblems(get({ responses }))).toEqual([]);
  });

  it.each([
    ['an id that is taken', get({ responses, operationId: 'readThing' }), 'operationId'],
    ['a parameter that is not declared', get({ responses, parameters: [] }), 'path id is not declared'],
    ['a parameter that is not in the path', get({ responses, parameters: [id, { ...id, name: 'x' }] }), 'path x'],
    ['a reference to nothing', get({ responses: { 200: { $ref: '#/components/responses/x' } } }), 'not there'],
    ['no success', get({ responses: { 404: { description: 'None.' } } }), 'no success'],
    ['an unknown tag', get({ responses, tags: ['x'] }), 'a tag is not declared'],
    ['an unknown scheme', get({ responses, security: [{ x: [] }] }), 'no security scheme x'],
    ['a member that OpenAPI does not have', get({ responses, body: {} }), 'body is no member'],
    ['another version', { ...DOCUMENT, openapi: '3.0.3' }, '3.1.x'],
    [
      'a schema that is none',
      { ...DOCUMENT, components: { schemas: { ...DOCUMENT.components.schemas, Thing: { type: 'objet' } } } },
      'schema Thing',
    ],
  ])('is refused for %s', (_title, document, problem) => {
    expect(documentProblems(document).join('\n')).toContain(problem);
  });
});
