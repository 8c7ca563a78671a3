import { AUDIT_EVENT_TYPES } from '#contracts';
import { AppError, fieldErrorAt, type FieldError } from '#errors';
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.js';
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
  if (problem !== undefined) fields.push(fieldErrorAt('/url', problem));
  if (facts.eventTypes?.length === 0) {
    fields.push(fieldErrorAt('/event_types', 'must name at least one type, or be null for all'));
  }
  for (const [index, type] of (facts.eventTypes ?? []).entries()) {
    if (TYPES.has(type) || NOUNS.has(type)) continue;
    fields.push(fieldErrorAt(`/event_types/${index}`, 'is no type of audit events, nor noun.*'));
  }
  if (fields.length > 0) throw new AppError('validation_failed', { fields: fields.slice(0, 20) });
}

/** What `URL` would take away in silence, so that what is shown would not be what is called. */
const SPACE_OR_CONTROL = /[\p{Cc}\p{Z}]/u;
/** Names that mean this machine wherever they are looked up (RFC 6761 §6.3). */
const LOCALHOST = /(^|\.)localhost\.?$/;

function urlProblem(value: string, targets: WebhookTargets): string | undefined {
  const { allowHttp } = targets;
  if (!URL.canParse(value) || SPACE_OR_CONTROL.test(value)) return 'must be a URL';
  const url = new URL(value);
  if (url.protocol !== 'https:' && !(allowHttp && url.protocol === 'http:')) {
    return allowHttp ? 'must be an https or http URL' : 'must be an https URL';
  }
  if (url.username !== '' || url.password !== '') return 'must not contain a user or password';
  if (url.hash !== '') return 'must not have a fragment';
  if (!targets.allowPrivateAddresses && isPrivate(url.hostname)) return 'must not name an address that is not public';
  return undefined;
}

/** What the sender would never reach is better told now. Other names are judged when they are looked up, at every attempt. */
function isPrivate(hostname: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  return isIP(address) === 0 ? LOCALHOST.test(hostname) : !isPublicAddress(address);
}
