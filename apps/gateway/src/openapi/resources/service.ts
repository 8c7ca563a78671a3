import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';
import { oneOf } from '../schemas.js';

const Readiness = Type.Object(
  { status: oneOf(['ready', 'not_ready']), checks: Type.Record(Type.String(), Type.Boolean()) },
  { $id: 'Readiness' },
);

/** Health and documentation. */
export const SERVICE: ResourceDoc = {
  name: 'Service',
  description: 'Health, and this document.',
  operations: {
    'GET /health/live': {
      id: 'readLiveness',
      summary: 'Whether the process runs',
      answer: Type.Object({ status: oneOf(['live']) }),
    },
    'GET /health/ready': {
      id: 'readReadiness',
      summary: 'Whether requests should be sent here',
      answer: Readiness,
      others: { 503: { description: 'Not now.', schema: Readiness } },
    },
    'GET /openapi.json': {
      id: 'readDocument',
      summary: 'This document',
      answer: Type.Object({ openapi: Type.String() }, { additionalProperties: true }),
      tagged: true,
    },
    'GET /docs': {
      id: 'readDocumentation',
      summary: 'This document as a page',
      answer: Type.String(),
      answerType: 'text/html',
      tagged: true,
    },
  },
};
