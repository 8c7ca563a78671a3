import {
  ALL_CALLS,
  ALL_DURABLE_EVENTS,
  AuditEventRecorded,
  IssueToken,
  ReadKeySet,
  SERVICE_NAMES,
  type EventOf,
  type ServiceName,
} from '#contracts';
import { SilentLogger } from '#observability';
import { startNats } from '#testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import { newCallContext } from './call-context.js';
import { ContractMessageClient } from './client/contract-message-client.js';
import { TransportDurablePublisher } from './durable/transport-durable-publisher.js';
import { natsPermissionsOf } from './nats-permissions.js';
import { NatsTransport } from './nats/nats-transport.js';
import { errorOf, eventually } from './testing/harness.js';
import { bytesOf, cancelSubject, textOf } from './wire.js';

/** Remembers what the transport reports as forbidden. */
class RecordingLogger extends SilentLogger {
  readonly forbidden: string[] = [];

  override error(fields: { readonly operation?: string; readonly subject?: string } = {}): void {
    if (fields.operation !== undefined) this.forbidden.push(`${fields.operation} ${String(fields.subject)}`);
  }
}

const list = (subjects: readonly string[]): string => `{ allow: ${JSON.stringify(subjects)} }`;

/** A server configuration with one user for each service, written here anew and not by the code under deployment. */
function configuration(): string {
  const users = SERVICE_NAMES.map((service) => {
    const { publish, subscribe, allowResponses } = natsPermissionsOf(service);
    return `{ user: ${service}, password: "pw-${service}", permissions: {
      publish: ${list(publish)}, subscribe: ${list(subscribe)}${allowResponses ? ', allow_responses: true' : ''} } }`;
  });
  return `authorization { users: [ ${users.join(',\n')} ] }`;
}

const EVENT: EventOf<typeof AuditEventRecorded> = {
  id: uuidv7(),
  realm: 'master',
  realm_id: null,
  type: 'token.issued',
  outcome: 'success',
  reason: null,
  time: new Date().toISOString(),
  actor: { kind: 'system', id: null, client_id: null },
  client_id: null,
  subject_id: null,
  jti: null,
  target: null,
  ip: null,
  user_agent: null,
  request_id: 'r',
  trace_id: null,
  details: {},
};

/** Every service records; none may publish what no contract names. */
const FORGED = { ...AuditEventRecorded, subject: 'audit.event.forged.v1' };

describe('NATS users made from the contracts', () => {
  let server: Awaited<ReturnType<typeof startNats>>;
  const logger = new RecordingLogger();
  const transports = new Map<ServiceName, NatsTransport>();

  const as = async (service: ServiceName): Promise<NatsTransport> => {
    let transport = transports.get(service);
    if (transport === undefined) {
      const url = server.url.replace('nats://', `nats://${service}:pw-${service}@`);
      transport = await NatsTransport.connect({ url, name: service, logger, pullExpiresMs: 100, drainTimeoutMs: 500 });
      transports.set(service, transport);
    }
    return transport;
  };

  beforeAll(async () => {
    server = await startNats({ config: configuration() });
  });

  afterAll(async () => {
    await Promise.all([...transports.values()].map((transport) => transport.drain()));
    await server.stop();
  });

  it('lets every service do everything its contracts say', async () => {
    const received = new Map<string, number>();
    for (const event of ALL_DURABLE_EVENTS) {
      const { stream, subject, service } = event;
      await (
        await as(service)
      ).consumeDurable({ stream, subject, consumer: service, maxBatch: 8 }, (messages) => {
        received.set(subject, (received.get(subject) ?? 0) + messages.length);
        for (const message of messages) message.ack();
        return Promise.resolve();
      });
    }
    const cancelled: string[] = [];
    for (const service of SERVICE_NAMES) {
      const calls = ALL_CALLS.filter((call) => call.service === service);
      for (const call of calls) {
        await (
          await as(service)
        ).serve(call.subject, service, (request) => {
          request.respond(bytesOf(`answer of ${request.subject}`));
        });
      }
      if (calls.length > 0) {
        await (await as(service)).listen(cancelSubject(service), (id) => cancelled.push(`${service} ${textOf(id)}`));
      }
    }

    for (const call of ALL_CALLS) {
      for (const caller of call.callers) {
        const answer = await (await as(caller)).request(call.subject, bytesOf('{}'), {}, { timeoutMs: 2_000 });
        expect(textOf(answer.payload)).toBe(`answer of ${call.subject}`);
        (await as(caller)).broadcast(cancelSubject(call.service), bytesOf(caller));
        await eventually(() => cancelled.includes(`${call.service} ${caller}`));
      }
    }
    for (const event of ALL_DURABLE_EVENTS) {
      for (const publisher of event.publishers) {
        const options = { messageId: publisher, timeoutMs: 2_000 };
        await (await as(publisher)).publishDurable(event.subject, bytesOf('[]'), options);
      }
      await eventually(() => received.get(event.subject) === event.publishers.length);
    }
    expect(logger.forbidden).toEqual([]);
  }, 30_000);

  it('refuses at once, and reports, a call a service may not make', async () => {
    const begun = Date.now();

    const error = await errorOf(
      (await as('audit')).request(ReadKeySet.subject, bytesOf('{}'), {}, { timeoutMs: 5_000 }),
    );

    expect(error).toMatchObject({ code: 'unavailable', reason: `bus_forbidden ${ReadKeySet.subject}` });
    expect(Date.now() - begun).toBeLessThan(1_000);
    expect(logger.forbidden).toContain(`publish ${ReadKeySet.subject}`);
  });

  it('refuses every call, of every service, that no contract allows', async () => {
    for (const service of SERVICE_NAMES) {
      const transport = await as(service);
      const forbidden = ALL_CALLS.filter((call) => !call.callers.includes(service));
      const outcomes = await Promise.all(
        forbidden.map((call) => errorOf(transport.request(call.subject, bytesOf('{}'), {}, { timeoutMs: 5_000 }))),
      );
      for (const error of outcomes) expect(error.reason).toMatch(/^bus_forbidden /);
    }
  }, 20_000);

  it('refuses a publisher that no contract allows', async () => {
    for (const service of SERVICE_NAMES) {
      const publishing = (await as(service)).publishDurable(FORGED.subject, bytesOf('[]'), {
        messageId: 'forged',
        timeoutMs: 5_000,
      });
      expect(await errorOf(publishing)).toMatchObject({
        code: 'unavailable',
        reason: expect.stringContaining('forbidden'),
      });
    }
  });

  it("lets nobody listen to another's inbox, to everything, or to calls outside the queue group", async () => {
    const gateway = await as('gateway');
    for (const subject of ['_INBOX_tokens.>', '>', '_INBOX_*.>', IssueToken.subject, cancelSubject('tokens')]) {
      expect(await errorOf(gateway.listen(subject, () => {}))).toMatchObject({ reason: `bus_forbidden ${subject}` });
    }
    expect(await errorOf(gateway.serve(IssueToken.subject, 'tokens', () => {}))).toMatchObject({ code: 'unavailable' });
    // Not even the service itself may eavesdrop on its replicas.
    const eavesdropping = (await as('tokens')).listen(IssueToken.subject, () => {});
    expect(await errorOf(eavesdropping)).toMatchObject({ code: 'unavailable' });
  });

  it('lets nobody but its consumer read, change or delete a stream', async () => {
    const { stream, service: consumer } = AuditEventRecorded;
    const api = [
      `$JS.API.STREAM.INFO.${stream}`,
      `$JS.API.STREAM.MSG.GET.${stream}`,
      `$JS.API.STREAM.PURGE.${stream}`,
      `$JS.API.STREAM.DELETE.${stream}`,
      `$JS.API.CONSUMER.CREATE.${stream}.spy`,
      `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`,
    ];
    for (const service of SERVICE_NAMES) {
      const transport = await as(service);
      const allowed = natsPermissionsOf(service).publish;
      for (const subject of api.filter((name) => !allowed.includes(name))) {
        const error = await errorOf(transport.request(subject, bytesOf(''), {}, { timeoutMs: 5_000 }));
        expect([service, error.reason]).toEqual([service, `bus_forbidden ${subject}`]);
      }
    }
    const deleting = (await as(consumer)).request(
      `$JS.API.STREAM.DELETE.${stream}`,
      bytesOf(''),
      {},
      { timeoutMs: 500 },
    );
    expect(await errorOf(deleting)).toMatchObject({ reason: expect.stringContaining('bus_forbidden') });
  });

  it('refuses a transport whose user is another service: its inbox is not its own', async () => {
    const url = server.url.replace('nats://', 'nats://roles:pw-roles@');

    const connecting = NatsTransport.connect({ url, name: 'tokens', logger });

    expect(await errorOf(connecting)).toMatchObject({ reason: expect.stringContaining('bus_forbidden _INBOX_tokens') });
  });

  it('tells a client at once, and a publisher in the end, why', async () => {
    const calling = new ContractMessageClient(await as('audit'), 'gateway');
    const publishing = new TransportDurablePublisher(await as('audit'), 'tokens');
    const context = newCallContext({ deadlineMs: 300 });

    const refused = await errorOf(calling.call(ReadKeySet, { realm: 'master' }, newCallContext({ deadlineMs: 5_000 })));
    const unpublished = await errorOf(publishing.publish(FORGED, EVENT, context));

    expect(refused).toMatchObject({ code: 'unavailable', reason: expect.stringContaining('bus_forbidden') });
    expect(unpublished).toMatchObject({ code: 'unavailable', reason: expect.stringContaining('bus_forbidden') });
  });
});
