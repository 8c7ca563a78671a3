import type { EventReference } from '#contracts';
import { changeOf, flagAt, objectAt, referenceTo, textAt, type RecordedEvent } from './recorded-event.js';

/** The events that tell which clients there are and whether they may act. */
export const CLIENT_EVENTS = ['client.created', 'client.updated', 'client.deleted'] as const;

/** A client as it was. */
export interface PastClient {
  readonly id: string;
  readonly clientId: string;
  readonly enabled: boolean;
  readonly serviceAccountEnabled: boolean;
  readonly serviceAccountUserId: string | null;
  readonly deleted: boolean;
  /** The events that made it so; null when the log does not hold them. */
  readonly events: {
    readonly created: EventReference | null;
    readonly enabled: EventReference | null;
    readonly serviceAccount: EventReference | null;
    readonly deleted: EventReference | null;
  };
}

/** The clients that these events are about, which are in the order of their ids; also those that were deleted. */
export function pastClients(events: readonly RecordedEvent[]): ReadonlyMap<string, PastClient> {
  const clients = new Map<string, PastClient>();
  for (const event of events) {
    const id = event.target?.id ?? '';
    const client = clients.get(id) ?? unknownClient(id, event);
    clients.set(id, changed(client, event));
  }
  return clients;
}

function unknownClient(id: string, event: RecordedEvent): PastClient {
  return {
    id,
    clientId: event.client_id ?? id,
    enabled: true,
    serviceAccountEnabled: false,
    serviceAccountUserId: null,
    deleted: false,
    events: { created: null, enabled: null, serviceAccount: null, deleted: null },
  };
}

function changed(client: PastClient, event: RecordedEvent): PastClient {
  const reference = referenceTo(event);
  const { events } = client;
  if (event.type === 'client.deleted') return { ...client, deleted: true, events: { ...events, deleted: reference } };
  const created = event.type === 'client.created';
  // What a creation says of the client, an update says of each member that it changed.
  const facts = objectAt(event.details, 'client');
  const flag = (name: string) => (created ? flagAt(facts, name) : flagAt(changeOf(event, name), 'after'));
  const text = (name: string) => (created ? textAt(facts, name) : textAt(changeOf(event, name), 'after'));
  const enabled = flag('enabled');
  const serviceAccountEnabled = flag('service_account_enabled');
  return {
    ...client,
    clientId: text('client_id') ?? client.clientId,
    enabled: enabled ?? client.enabled,
    serviceAccountEnabled: serviceAccountEnabled ?? client.serviceAccountEnabled,
    serviceAccountUserId: text('service_account_user_id') ?? client.serviceAccountUserId,
    events: {
      ...events,
      created: created ? reference : events.created,
      enabled: enabled === undefined ? events.enabled : reference,
      serviceAccount: serviceAccountEnabled === undefined ? events.serviceAccount : reference,
    },
  };
}
