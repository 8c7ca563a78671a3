import { AppError, type WireError } from '#errors';
import type { MessageHeaders } from './transport.js';

/** Names of the headers of a message. */
export const HEADER = {
  /** Id of a call that travels alone, for cancelling it. */
  call: 'chancery-call',
  /** How long the caller still waits, in milliseconds: relative, because clocks differ. */
  deadline: 'chancery-deadline',
  /** Id of the outermost request. */
  request: 'chancery-request',
  /** W3C Trace Context. */
  trace: 'traceparent',
  /** How many calls a group message holds; absent on a call that travels alone. */
  group: 'chancery-group',
  /** Marks an answer whose payload is an error, of the call or of every call of the group. */
  error: 'chancery-error',
} as const;

/** Headers of an answer that is an error. */
export const ERROR_HEADERS: MessageHeaders = { [HEADER.error]: '1' };

/** The most calls in one message. */
export const MAX_GROUP_CALLS = 32;
/** The most bytes of calls or events gathered in one message; one alone may be larger. */
export const MAX_GATHERED_BYTES = 500 * 1024;

/** Subject on which a service hears which calls nobody waits for any more; the payload is the call's id. */
export function cancelSubject(service: string): string {
  return `${service}.cancel`;
}

/** One call inside a group message: id, milliseconds left, request id, traceparent, request. */
export type GroupMember = readonly [
  id: string,
  deadlineMs: number,
  requestId: string,
  traceparent: string,
  request: unknown,
];

/** Kinds of the slots of a group's answer. */
export const SLOT = { reply: 0, error: 1, askAlone: 2 } as const;

/** A slot which says that this reply did not fit into the group's answer. */
export const ASK_ALONE_SLOT = `[${SLOT.askAlone}]`;

/** Encodes text for the bus. */
export function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}

/** Decodes text from the bus. */
export function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
}

/** Reads a group message. @throws AppError `malformed_request`. */
export function decodeGroup(payload: Uint8Array): readonly GroupMember[] {
  const members = parse(payload);
  if (!Array.isArray(members) || members.length === 0 || members.length > MAX_GROUP_CALLS) throw malformed('group');
  for (const member of members as unknown[]) {
    if (!isGroupMember(member)) throw malformed('group_member');
  }
  return members as GroupMember[];
}

/** Reads one JSON value. @throws AppError `malformed_request`. */
export function parse(payload: Uint8Array): unknown {
  try {
    return JSON.parse(textOf(payload));
  } catch {
    throw malformed('json');
  }
}

/** Encodes an error for the bus. */
export function encodeError(error: AppError): string {
  return JSON.stringify(error.toWire() satisfies WireError);
}

/** Reads the error of an answer that carries the error header. */
export function decodeError(payload: Uint8Array): AppError {
  try {
    return AppError.fromWire(JSON.parse(textOf(payload)));
  } catch {
    return new AppError('internal', { reason: 'undecodable_error' });
  }
}

function isGroupMember(value: unknown): value is GroupMember {
  return (
    Array.isArray(value) &&
    value.length === 5 &&
    typeof value[0] === 'string' &&
    typeof value[1] === 'number' &&
    typeof value[2] === 'string' &&
    typeof value[3] === 'string'
  );
}

function malformed(what: string): AppError {
  return new AppError('malformed_request', { reason: `undecodable_${what}` });
}
