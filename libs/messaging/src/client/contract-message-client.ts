import { randomBytes } from 'node:crypto';
import type { CallContract, ReplyOf, RequestOf, ServiceName } from '#contracts';
import { AppError } from '#errors';
import type { CallContext } from '../call-context.js';
import { compiledCall, violation } from '../compiled-contract.js';
import { MessageClient } from '../ports.js';
import type { Transport } from '../transport.js';
import {
  bytesOf,
  cancelSubject,
  decodeError,
  HEADER,
  MAX_GATHERED_BYTES,
  MAX_GROUP_CALLS,
  parse,
  SLOT,
} from '../wire.js';
import { PendingCall } from './pending-call.js';
import { deadlineNow } from '../deadline-clock.js';

/** Room for a member's id, deadline, context and punctuation beside its request, in bytes. */
const MEMBER_OVERHEAD_BYTES = 320;

/**
 * The client of one service over any transport. Calls whose contract lets them ride in a group wait for the end of the
 * event loop's turn and share one message with the others to the same subject (DESIGN §7); all others leave at once.
 *
 * A grouped contract must bear being executed again: a reply too large for the group's one answer is asked for alone.
 */
export class ContractMessageClient extends MessageClient {
  // Unguessable, so that a service cannot cancel what it did not call.
  private readonly idPrefix = `${randomBytes(9).toString('base64url')}.`;
  private lastId = 0;
  private waiting = new Map<string, PendingCall[]>();

  /** @param caller the service that calls; contracts which do not list it are refused before anything is sent. */
  constructor(
    private readonly transport: Transport,
    private readonly caller: ServiceName,
  ) {
    super();
  }

  call<C extends CallContract>(contract: C, request: RequestOf<C>, context: CallContext): Promise<ReplyOf<C>> {
    if (!contract.callers.includes(this.caller)) {
      const cause = new Error(`${this.caller} is not among the callers of ${contract.subject}`);
      return Promise.reject(new AppError('internal', { reason: 'caller_not_allowed', cause }));
    }
    if (context.signal.aborted) return Promise.reject(new AppError('cancelled'));
    const now = deadlineNow();
    const deadlineAt = Math.min(now + contract.deadlineMs, context.deadlineAt);
    if (deadlineAt <= now) {
      return Promise.reject(new AppError('deadline_exceeded', { reason: `no time left for ${contract.subject}` }));
    }
    const compiled = compiledCall(contract);
    if (!compiled.request.Check(request)) {
      const reason = `request of ${contract.subject}: ${violation(compiled.request, request)}`;
      return Promise.reject(new AppError('malformed_request', { reason }));
    }
    const id = this.idPrefix + (++this.lastId).toString(36);
    const body = JSON.stringify(request);
    const call = new PendingCall(contract, compiled, id, context, deadlineAt, body, this.broadcastCancel);
    if (contract.ridesInGroup(request)) this.enqueue(call);
    else this.sendAlone(call);
    return call.reply as Promise<ReplyOf<C>>;
  }

  private enqueue(call: PendingCall): void {
    if (this.waiting.size === 0) setImmediate(this.flush);
    const queue = this.waiting.get(call.contract.subject);
    if (queue === undefined) this.waiting.set(call.contract.subject, [call]);
    else queue.push(call);
  }

  private readonly flush = (): void => {
    const waiting = this.waiting;
    this.waiting = new Map();
    for (const calls of waiting.values()) {
      let group: PendingCall[] = [];
      let bytes = 0;
      for (const call of calls) {
        if (call.isDone) continue;
        const size = Buffer.byteLength(call.body) + MEMBER_OVERHEAD_BYTES;
        if (group.length === MAX_GROUP_CALLS || (group.length > 0 && bytes + size > MAX_GATHERED_BYTES)) {
          this.sendGroup(group);
          group = [];
          bytes = 0;
        }
        group.push(call);
        bytes += size;
      }
      this.sendGroup(group);
    }
  };

  private sendGroup(group: readonly PendingCall[]): void {
    const first = group[0];
    if (first === undefined) return;
    if (group.length === 1) {
      this.sendAlone(first);
      return;
    }
    let timeoutMs = 0;
    let text = '';
    for (const call of group) {
      const remainingMs = call.remainingMs;
      if (remainingMs > timeoutMs) timeoutMs = remainingMs;
      // The requests are JSON already; only the envelope is put around them.
      const { requestId, traceparent } = call.context;
      text += `${text === '' ? '[' : ','}["${call.id}",${remainingMs},${JSON.stringify(requestId)},${JSON.stringify(traceparent)},${call.body}]`;
    }
    text += ']';
    const headers = { [HEADER.group]: String(group.length) };
    this.transport.request(first.contract.subject, bytesOf(text), headers, { timeoutMs }).then(
      (answer) => {
        this.distribute(group, answer.payload, answer.headers[HEADER.error] !== undefined);
      },
      (error: unknown) => {
        for (const call of group) call.fail(AppError.from(error));
      },
    );
  }

  private distribute(group: readonly PendingCall[], payload: Uint8Array, isError: boolean): void {
    if (isError) {
      const error = decodeError(payload);
      for (const call of group) call.fail(error);
      return;
    }
    const slots = this.decodeAnswer(payload);
    for (let index = 0; index < group.length; index++) {
      const call = group[index] as PendingCall;
      const slot = Array.isArray(slots) && slots.length === group.length ? (slots[index] as unknown) : undefined;
      if (!Array.isArray(slot)) call.fail(new AppError('internal', { reason: 'undecodable_answer' }));
      else if (slot[0] === SLOT.reply) call.succeed(slot[1]);
      else if (slot[0] === SLOT.askAlone) this.sendAlone(call);
      else call.fail(AppError.fromWire(slot[1]));
    }
  }

  private sendAlone(call: PendingCall): void {
    if (call.isDone) return;
    const timeoutMs = call.remainingMs;
    const headers = {
      [HEADER.call]: call.id,
      [HEADER.deadline]: String(timeoutMs),
      [HEADER.request]: call.context.requestId,
      [HEADER.trace]: call.context.traceparent,
    };
    this.transport.request(call.contract.subject, bytesOf(call.body), headers, { timeoutMs }).then(
      (answer) => {
        if (answer.headers[HEADER.error] === undefined) call.succeed(this.decodeAnswer(answer.payload));
        else call.fail(decodeError(answer.payload));
      },
      (error: unknown) => {
        call.fail(AppError.from(error));
      },
    );
  }

  /** Undecodable answers fit no reply schema, so they need no case of their own. */
  private decodeAnswer(payload: Uint8Array): unknown {
    try {
      return parse(payload);
    } catch {
      return undefined;
    }
  }

  private readonly broadcastCancel = (call: PendingCall): void => {
    this.transport.broadcast(cancelSubject(call.contract.service), bytesOf(call.id));
  };
}
