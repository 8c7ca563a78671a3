import { ALL_CALLS, ALL_DURABLE_EVENTS, type ServiceName } from '#contracts';
import { inboxPrefixOf } from './nats/nats-link.js';
import { cancelSubject } from './wire.js';

/** What the NATS user of a service may do; everything else is refused by the server. */
export interface NatsPermissions {
  /** Subjects to publish to. */
  readonly publish: readonly string[];
  /** Subjects to subscribe to; `<subject> <queue>` allows it only as a member of that queue group. */
  readonly subscribe: readonly string[];
  /** Whether it may answer the requests it gets (`allow_responses`). */
  readonly allowResponses: boolean;
}

/**
 * The least a service needs, read from the contracts: who calls what, who publishes what, who consumes which stream. Each
 * has an inbox of its own that nobody else can listen to.
 */
export function natsPermissionsOf(service: ServiceName): NatsPermissions {
  const publish = new Set<string>();
  const subscribe = new Set<string>([`${inboxPrefixOf(service)}.>`]);
  const served = ALL_CALLS.filter((call) => call.service === service);
  for (const call of served) subscribe.add(`${call.subject} ${service}`);
  if (served.length > 0) subscribe.add(cancelSubject(service));
  for (const call of ALL_CALLS) {
    if (!call.callers.includes(service)) continue;
    publish.add(call.subject);
    publish.add(cancelSubject(call.service));
  }
  for (const event of ALL_DURABLE_EVENTS) {
    if (event.publishers.includes(service)) publish.add(event.subject);
    if (event.service === service) {
      for (const subject of consumerSubjects(event.stream, event.service)) publish.add(subject);
    }
  }
  return { publish: [...publish].sort(), subscribe: [...subscribe].sort(), allowResponses: served.length > 0 };
}

/** What the JetStream API asks of the one that creates a stream and consumes it. */
function consumerSubjects(stream: string, consumer: string): readonly string[] {
  return [
    `$JS.API.STREAM.INFO.${stream}`,
    `$JS.API.STREAM.CREATE.${stream}`,
    `$JS.API.STREAM.UPDATE.${stream}`,
    `$JS.API.CONSUMER.INFO.${stream}.${consumer}`,
    `$JS.API.CONSUMER.CREATE.${stream}.${consumer}`,
    `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${consumer}`,
    `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
    `$JS.ACK.${stream}.${consumer}.>`,
  ];
}
