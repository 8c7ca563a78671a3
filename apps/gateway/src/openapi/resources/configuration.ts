import { ConfigurationResult as ResultContract, RealmConfiguration as ConfigurationContract } from '#contracts';
import { Type } from '@sinclair/typebox';
import type { ResourceDoc } from '../operation.js';

const RealmConfiguration = Type.Object(ConfigurationContract.properties, { $id: 'RealmConfiguration' });
const ConfigurationResult = Type.Object(ResultContract.properties, { $id: 'ConfigurationResult' });
const SentConfiguration = Type.Object(
  {
    ...ConfigurationContract.properties,
    secrets: Type.Optional(
      Type.Record(Type.String(), Type.String({ maxLength: 512 }), {
        description: 'Secrets of clients, by `client_id`.',
      }),
    ),
    plan_digest: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'The `digest` of a plan: nothing is done (412) unless the plan is still the same.',
      }),
    ),
  },
  { $id: 'SentConfiguration', additionalProperties: false },
);
const sent = {
  answer: ConfigurationResult,
  body: { type: 'application/json', schema: SentConfiguration },
  example: { version: 1, realm: { display_name: 'Demonstration' } },
} as const;

/** A realm as a document. */
export const CONFIGURATION: ResourceDoc = {
  name: 'Configuration',
  description: 'A realm as a document: export, plan, apply. It never holds a secret.',
  operations: {
    'GET /realms/{realm}/export': {
      id: 'exportConfiguration',
      summary: 'Write a realm as a document',
      answer: RealmConfiguration,
      errors: ['conflict'],
    },
    'POST /realms/{realm}/plan': { id: 'planConfiguration', summary: 'Tell what a document would change', ...sent },
    'POST /realms/{realm}/apply': {
      id: 'applyConfiguration',
      summary: 'Make a realm what a document says',
      ...sent,
      errors: ['conflict', 'precondition_failed'],
    },
  },
};
