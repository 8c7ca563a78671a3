import type { EventReference } from '#contracts';
import { changeOf, flagAt, objectAt, referenceTo, type RecordedEvent } from './recorded-event.js';

/** The events that tell whether a realm may act, and how long its tokens live. */
export const REALM_EVENTS = ['realm.created', 'realm.updated', 'realm.deleted'] as const;

/** A realm as it was. */
export interface PastRealm {
  readonly enabled: boolean;
  readonly events: {
    /** Null when the log does not hold it: then it may lack more. */
    readonly created: EventReference | null;
    readonly enabled: EventReference | null;
    readonly deleted: EventReference | null;
  };
}

/** The realm after these events, which are in the order of their ids. */
export function pastRealm(events: readonly RecordedEvent[]): PastRealm {
  let realm: PastRealm = { enabled: true, events: { created: null, enabled: null, deleted: null } };
  for (const event of events) {
    const reference = referenceTo(event);
    const enabled = flagAt(objectAt(event.details, 'realm'), 'enabled') ?? flagAt(changeOf(event, 'enabled'), 'after');
    const { events: reasons } = realm;
    realm = {
      enabled: enabled ?? realm.enabled,
      events: {
        created: event.type === 'realm.created' ? reference : reasons.created,
        enabled: enabled === undefined ? reasons.enabled : reference,
        deleted: event.type === 'realm.deleted' ? reference : reasons.deleted,
      },
    };
  }
  return realm;
}

const LIFETIME = 'access_token_lifetime';

/**
 * Texts of which one stands in every event that sets a lifetime of access tokens to a number, and in no event of a client that
 * goes by its realm's.
 */
export const LIFETIME_MARKS: readonly string[] = [
  `"${LIFETIME}":{`,
  ...Array.from({ length: 9 }, (_, digit) => `"${LIFETIME}":${digit + 1}`),
];

/** The longest lifetime of access tokens, in seconds, that these events of a realm and its clients set; 0 for none. */
export function longestLifetimeSeconds(events: readonly RecordedEvent[]): number {
  const change = (event: RecordedEvent) => changeOf(event, LIFETIME);
  const said = events.flatMap((event) => [
    objectAt(event.details, 'realm')[LIFETIME],
    objectAt(event.details, 'client')[LIFETIME],
    change(event)['before'],
    change(event)['after'],
  ]);
  return Math.max(0, ...said.filter((value) => typeof value === 'number'));
}
