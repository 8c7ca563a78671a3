import { AUDIT_EVENT_TYPES } from '#contracts';
import { AppError, type FieldError } from '#errors';
import type { WebhookFacts } from './webhook.js';

/** What the operator allows of the addresses that webhooks go to. Also the dependency-injection token. */
export class WebhookTargets {
  constructor(
    readonly allowHttp: boolean,
    readonly allowPrivateAddresses: boolean,
  ) {}
}

/** The most webhooks that a realm can have. */
export const MAX_WEBHOOKS_PER_REALM = 50;

const NOUNS = new Set(AUDIT_EVENT_TYPES.map((type) => `${type.split('.')[0] ?? ''}.*`));
const TYPES = new Set<string>(AUDIT_EVENT_TYPES);

/** Refuses what cannot work or is not allowed. @throws AppError `validation_failed`. */
export function checkWebhook(facts: Pick<WebhookFacts, 'url' | 'eventTypes'>, targets: WebhookTargets): void {
  const fields: FieldError[] = [];
  const problem = urlProblem(facts.url, targets);
  if (problem !== undefined) fields.push({ pointer: '/url', field: 'url', message: problem });
  if (facts.eventTypes?.length === 0) {
    fields.push({
      pointer: '/event_types',
      field: 'event_types',
      message: 'must name at least one type, or be null for all',
    });
  }
  for (const [index, type] of (facts.eventTypes ?? []).entries()) {
    if (TYPES.has(type) || NOUNS.has(type)) continue;
    const pointer = `/event_types/${String(index)}`;
    fields.push({ pointer, field: `event_types.${String(index)}`, message: 'is no type of audit events, nor noun.*' });
  }
  if (fields.length > 0) throw new AppError('validation_failed', { fields: fields.slice(0, 20) });
}

function urlProblem(value: string, { allowHttp }: WebhookTargets): string | undefined {
  if (!URL.canParse(value)) return 'must be a URL';
  const url = new URL(value);
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:')) {
    return allowHttp ? 'must be an https or http URL' : 'must be an https URL';
  }
  if (url.username !== '' || url.password !== '') return 'must not contain a user or password';
  if (url.hash !== '') return 'must not have a fragment';
  return undefined;
}
