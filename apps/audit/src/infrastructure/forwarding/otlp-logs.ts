import type { AuditEvent } from '#contracts';

/** An OpenTelemetry value (opentelemetry-proto common.v1 AnyValue), in its JSON form. */
type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } }
  | { readonly kvlistValue: { readonly values: readonly KeyValue[] } };

interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

const INFO = { severityNumber: 9, severityText: 'INFO' } as const;
const WARN = { severityNumber: 13, severityText: 'WARN' } as const;
/** W3C trace ids as events keep them. */
const TRACE_ID = /^[0-9a-f]{32}$/;

/** Events as a request of OTLP/HTTP in JSON (opentelemetry-proto collector.logs.v1 ExportLogsServiceRequest). */
export function otlpLogs(events: readonly AuditEvent[], now: Date): object {
  return {
    resourceLogs: [
      {
        resource: { attributes: attributes({ 'service.name': 'chancery-audit' }) },
        scopeLogs: [{ scope: { name: 'chancery.audit' }, logRecords: events.map((event) => logRecord(event, now)) }],
      },
    ],
  };
}

function logRecord(event: AuditEvent, now: Date): object {
  const { trace_id: traceId } = event;
  return {
    timeUnixNano: nanoseconds(new Date(event.time)),
    observedTimeUnixNano: nanoseconds(now),
    ...(event.outcome === 'success' ? INFO : WARN),
    eventName: event.type,
    body: anyValue(event),
    ...(traceId !== null && TRACE_ID.test(traceId) ? { traceId } : {}),
    attributes: attributes({
      'log.record.uid': event.id,
      'chancery.realm': event.realm,
      'chancery.outcome': event.outcome,
      'chancery.reason': event.reason,
      'chancery.actor.kind': event.actor.kind,
      'chancery.actor.id': event.actor.id,
      'chancery.client_id': event.client_id,
      'chancery.subject_id': event.subject_id,
      'chancery.jti': event.jti,
      'client.address': event.ip,
      'user_agent.original': event.user_agent,
    }),
  };
}

function attributes(members: Readonly<Record<string, string | null>>): readonly KeyValue[] {
  return Object.entries(members).flatMap(([key, value]) =>
    value === null ? [] : [{ key, value: { stringValue: value } }],
  );
}

/** 64-bit integers are strings in the JSON form. */
function nanoseconds(time: Date): string {
  return `${String(time.getTime())}000000`;
}

function anyValue(value: unknown): AnyValue {
  if (typeof value === 'string') return { stringValue: value.toWellFormed() };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value === 'number')
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value !== 'object' || value === null) return { stringValue: '' };
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return { kvlistValue: { values: members.map(([key, member]) => ({ key, value: anyValue(member) })) } };
}
