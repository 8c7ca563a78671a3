import { randomBytes } from 'node:crypto';

/** Bytes that must be nowhere, and what they are. */
export interface Needle {
  readonly what: string;
  readonly bytes: Buffer;
}

/** What every mark has in common, in every encoding: one thing to look for, however many there are. */
export const MARK = 'markedsecret';

/** A value that no program makes by itself: found anywhere, it came from here. Percent and JSON encoding leave `MARK` as it is. */
export function newMark(): string {
  return `${MARK}${randomBytes(6).toString('hex')}+/${randomBytes(6).toString('hex')}`;
}

/** A secret in every form in which it could lie about: as it is, in base64 at any offset of a longer text, in hex. */
export function needlesOf(what: string, secret: string | Buffer): readonly Needle[] {
  const bytes = Buffer.from(secret);
  const inner = [0, 1, 2].flatMap((offset) => {
    // What stands before moves the letters; the first and the last are shared with it.
    const text = Buffer.concat([Buffer.alloc(offset), bytes]).toString('base64');
    const start = Math.ceil((offset * 4) / 3);
    const whole = text.replaceAll('=', '').slice(start, Math.floor(((offset + bytes.length) * 4) / 3));
    return [whole, whole.replaceAll('+', '-').replaceAll('/', '_')];
  });
  const hex = bytes.toString('hex');
  const forms = new Map<string, Buffer>([['itself', bytes]]);
  for (const text of new Set([...inner, hex, hex.toUpperCase()])) forms.set(text, Buffer.from(text));
  return [...forms].map(([form, needle]) => ({ what: form === 'itself' ? what : `${what}, encoded`, bytes: needle }));
}

/** Which needles are in a haystack, each with what stands around it. */
export function foundIn(haystack: Buffer, needles: readonly Needle[]): readonly string[] {
  return needles.flatMap(({ what, bytes }) => {
    const at = haystack.indexOf(bytes);
    return at < 0 ? [] : [`${what}: …${haystack.subarray(Math.max(0, at - 80), at + 60).toString('latin1')}…`];
  });
}
