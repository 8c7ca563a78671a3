import { AppError } from '#errors';
import type { IncomingRequest } from '../transport.js';
import { ASK_ALONE_SLOT, bytesOf, encodeError, ERROR_HEADERS, SLOT } from '../wire.js';

/** Where the outcome of one call goes. */
export interface Answer {
  /** @param reply the reply as JSON. @param slot which of the message's calls it answers. */
  reply(slot: number, reply: string): void;
  error(slot: number, error: AppError): void;
}

/** The answer to a call that travelled alone. */
export class SingleAnswer implements Answer {
  constructor(
    private readonly request: IncomingRequest,
    private readonly maxBytes: number,
  ) {}

  reply(_slot: number, reply: string): void {
    const payload = bytesOf(reply);
    if (payload.length > this.maxBytes) this.error(0, new AppError('internal', { reason: 'reply_too_large' }));
    else this.request.respond(payload);
  }

  error(_slot: number, error: AppError): void {
    respondError(this.request, error);
  }
}

/** The one answer to a group: leaves when its last call has an outcome. */
export class GroupAnswer implements Answer {
  private readonly slots: string[];
  private missing: number;

  constructor(
    private readonly request: IncomingRequest,
    size: number,
    private readonly maxBytes: number,
  ) {
    this.slots = new Array<string>(size);
    this.missing = size;
  }

  reply(slot: number, reply: string): void {
    this.fill(slot, `[${SLOT.reply},${reply}]`);
  }

  error(slot: number, error: AppError): void {
    this.fill(slot, `[${SLOT.error},${encodeError(error)}]`);
  }

  private fill(slot: number, text: string): void {
    this.slots[slot] = text;
    if (--this.missing > 0) return;
    let payload = bytesOf(`[${this.slots.join(',')}]`);
    if (payload.length > this.maxBytes) payload = bytesOf(this.withoutWhatDoesNotFit());
    this.request.respond(payload);
  }

  /** Keeps replies from the first on while they fit; the caller asks for the others alone. */
  private withoutWhatDoesNotFit(): string {
    let room = this.maxBytes - this.slots.length * (ASK_ALONE_SLOT.length + 1) - 2;
    const kept = this.slots.map((slot) => {
      const size = Buffer.byteLength(slot);
      if (size > room) return ASK_ALONE_SLOT;
      room -= size;
      return slot;
    });
    return `[${kept.join(',')}]`;
  }
}

/** Answers a whole message, of one call or of many, with one error. */
export function respondError(request: IncomingRequest, error: AppError): void {
  request.respond(bytesOf(encodeError(error)), ERROR_HEADERS);
}
