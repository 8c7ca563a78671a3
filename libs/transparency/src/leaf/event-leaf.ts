import { hash, randomFillSync } from 'node:crypto';
import { toBase64 } from '../base64.js';
import { leafHash } from '../tree/hashes.js';
import { wellFormed } from './canonical-json.js';
import { isObject, type JsonObject } from './json.js';
import { joinDetails, splitDetails, type PersonalData } from './personal.js';
import { writeCanonical } from './write-canonical.js';

const NONE: ReadonlySet<string> = new Set();

/** Length of the salt of an event's personal data, in bytes. */
export const SALT_BYTES = 16;

/** What laying an event down needs to know of it; its other members pass through. */
export interface EventToLayDown {
  readonly ip: string | null;
  readonly user_agent: string | null;
  readonly details: JsonObject;
}

/** An event in two parts, each in the form of RFC 8785; the same event always has the same two texts. */
export interface LaidDownEvent {
  /** The event without its personal members; never changed. */
  readonly event: string;
  /** Its personal members: what can be erased. */
  readonly personal: string;
}

/** What the leaf of an event is made of, beside the event. */
export interface EventLeaf {
  readonly salt: Uint8Array;
  /** `SHA-256(salt ‖ personal)`. */
  readonly personalHash: Uint8Array;
  /** `SHA-256(0x00 ‖ leaf data)`. */
  readonly leafHash: Uint8Array;
}

/**
 * Takes an event apart: `ip`, `user_agent` and the personal members of `details` on one side, all else on the other. Lone
 * surrogates, which have no canonical form, become U+FFFD.
 *
 * @param personalDetails names of personal members of `details`; `a.b` for the member `b` of the member `a`.
 * @throws Error when the event has no canonical form for another reason (a number without end).
 */
export function layDown(event: EventToLayDown, personalDetails: ReadonlySet<string> = NONE): LaidDownEvent {
  try {
    return split(event, personalDetails);
  } catch {
    return split(wellFormed(event) as EventToLayDown, personalDetails);
  }
}

function split({ ip, user_agent, ...members }: EventToLayDown, personalDetails: ReadonlySet<string>): LaidDownEvent {
  const parts = splitDetails(members.details, personalDetails);
  const personal: PersonalData = { ip, user_agent, details: parts.personal };
  const open = parts.open === members.details ? members : { ...members, details: parts.open };
  return { event: writeCanonical(open), personal: writeCanonical(personal) };
}

/** Puts an event together again; without its personal part (erased) `ip` and `user_agent` are null. */
export function pickUp(event: string, personal: string | null): JsonObject {
  const members = JSON.parse(event) as JsonObject;
  if (personal === null) return { ...members, ip: null, user_agent: null };
  const { details: hidden, ...rest } = JSON.parse(personal) as JsonObject;
  const { details: open } = members;
  return { ...members, ...rest, details: joinDetails(isObject(open) ? open : {}, isObject(hidden) ? hidden : {}) };
}

/** Makes the leaf of an event, with a new salt. */
export function makeLeaf({ event, personal }: LaidDownEvent, salt: Uint8Array = newSalt()): EventLeaf {
  const personalHash = hashPersonal(salt, personal);
  return { salt, personalHash, leafHash: leafHash(leafData(event, personalHash)) };
}

/** `SHA-256(salt ‖ personal)`: 16 random bytes keep anybody from finding erased data by trying values. */
export function hashPersonal(salt: Uint8Array, personal: string): Uint8Array {
  return hash('sha256', Buffer.concat([salt, Buffer.from(personal)]), 'buffer');
}

/** The data of the leaf: RFC 8785 of `{ event, personal_hash }`, of an event that is in that form. */
export function leafData(event: string, personalHash: Uint8Array): string {
  return `{"event":${event},"personal_hash":"${toBase64(personalHash)}"}`;
}

/** Salts are cut from a pool: a call for random bytes costs as much as the hashes of an event. */
const pool = Buffer.alloc(256 * SALT_BYTES);
let used = pool.length;

function newSalt(): Uint8Array {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  const salt = Uint8Array.from(pool.subarray(used, used + SALT_BYTES));
  used += SALT_BYTES;
  return salt;
}
