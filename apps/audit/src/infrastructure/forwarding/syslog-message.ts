import type { AuditEvent } from '#contracts';

/** Facility 13, "log audit" (RFC 5424 §6.2.1). */
const FACILITY = 13;
const INFORMATIONAL = 6;
const WARNING = 4;
/** 32473 is the enterprise number for documentation (RFC 5612): the product has none of its own. */
const STRUCTURED_DATA_ID = 'chancery@32473';

/** A machine and process that sends. */
export interface SyslogOrigin {
  readonly hostname: string;
  readonly processId: number;
}

/**
 * An event as a syslog message (RFC 5424): what one searches for as structured data, the whole event as JSON in the message, in
 * ASCII, so that no receiver has to guess its encoding.
 */
export function syslogMessage(event: AuditEvent, { hostname, processId }: SyslogOrigin): string {
  const priority = FACILITY * 8 + (event.outcome === 'success' ? INFORMATIONAL : WARNING);
  const header = [
    `<${String(priority)}>1`,
    event.time,
    printable(hostname, 255),
    'chancery',
    String(processId),
    printable(event.type, 32),
  ];
  return `${header.join(' ')} ${structuredData(event)} ${asciiJson(event)}`;
}

/** Frames a message by its length in octets (RFC 6587 §3.4.1, RFC 5425 §4.3): nothing in a message can end it early. */
export function framed(message: string): Buffer {
  const bytes = Buffer.from(message, 'utf8');
  return Buffer.concat([Buffer.from(`${String(bytes.length)} `), bytes]);
}

function structuredData(event: AuditEvent): string {
  const members: Readonly<Record<string, string | null>> = {
    id: event.id,
    realm: event.realm,
    type: event.type,
    outcome: event.outcome,
    reason: event.reason,
    actor_kind: event.actor.kind,
    actor_id: event.actor.id,
    client_id: event.client_id,
    subject_id: event.subject_id,
    jti: event.jti,
    ip: event.ip,
    request_id: event.request_id,
    trace_id: event.trace_id,
  };
  const parameters = Object.entries(members).flatMap(([name, value]) =>
    value === null ? [] : [` ${name}="${escaped(value)}"`],
  );
  return `[${STRUCTURED_DATA_ID}${parameters.join('')}]`;
}

/** RFC 5424 §6.3.3; and no control characters, by which a receiver that writes lines could be told of events that never were. */
function escaped(value: string): string {
  return value
    .toWellFormed()
    .replaceAll(/["\\\]]/g, '\\$&')
    .replaceAll(/\p{Cc}/gu, ' ');
}

/** PRINTUSASCII (RFC 5424 §6); the nil value when nothing is left. */
function printable(value: string, length: number): string {
  const text = value.replaceAll(/[^!-~]/g, '').slice(0, length);
  return text === '' ? '-' : text;
}

function asciiJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
