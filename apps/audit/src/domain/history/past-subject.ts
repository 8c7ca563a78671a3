import type { EventReference } from '#contracts';
import { changeOf, flagAt, objectAt, referenceTo, textAt, type RecordedEvent } from './recorded-event.js';

/** A user or service account as it was. */
export interface PastSubject {
  readonly id: string;
  readonly kind: 'user' | 'service_account';
  readonly username: string | null;
  readonly enabled: boolean;
  readonly deleted: boolean;
  readonly events: {
    readonly created: EventReference | null;
    readonly enabled: EventReference | null;
    readonly deleted: EventReference | null;
  };
}

/** The events that tell of a subject whether they may act. */
export const SUBJECT_EVENTS = [
  'user.created',
  'user.updated',
  'user.enabled',
  'user.disabled',
  'user.deleted',
  'service_account.created',
  'service_account.updated',
  'service_account.deleted',
] as const;

/** The subject that these events are about, which are in the order of their ids; null without any. */
export function pastSubject(id: string, events: readonly RecordedEvent[]): PastSubject | null {
  let subject: PastSubject | null = null;
  for (const event of events) subject = changed(subject ?? unknownSubject(id, event), event);
  return subject;
}

function unknownSubject(id: string, event: RecordedEvent): PastSubject {
  return {
    id,
    kind: event.type.startsWith('service_account.') ? 'service_account' : 'user',
    username: null,
    enabled: true,
    deleted: false,
    events: { created: null, enabled: null, deleted: null },
  };
}

function changed(subject: PastSubject, event: RecordedEvent): PastSubject {
  const reference = referenceTo(event);
  const { events } = subject;
  const [, verb] = event.type.split('.');
  if (verb === 'deleted') return { ...subject, deleted: true, events: { ...events, deleted: reference } };
  const { details } = event;
  const facts = { ...details, ...objectAt(details, 'user') };
  const enabled =
    verb === 'enabled'
      ? true
      : verb === 'disabled'
        ? false
        : (flagAt(changeOf(event, 'enabled'), 'after') ?? flagAt(facts, 'enabled'));
  return {
    ...subject,
    username: textAt(facts, 'username') ?? subject.username,
    enabled: enabled ?? subject.enabled,
    events: {
      ...events,
      created: verb === 'created' ? reference : events.created,
      enabled: enabled === undefined ? events.enabled : reference,
    },
  };
}
