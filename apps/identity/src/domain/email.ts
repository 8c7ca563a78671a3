const MAX_LENGTH = 254;
const MAX_LOCAL_LENGTH = 64;
/** A dot-atom of RFC 5321, with the letters of RFC 6531. Quoted local parts are not taken: nobody has one. */
const LOCAL = /^[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const LABEL = /^[\p{L}\p{M}\p{N}](?:[\p{L}\p{M}\p{N}-]{0,61}[\p{L}\p{M}\p{N}])?$/u;

/** Says why an address is not acceptable, or null when it is. That it looks like one, not that anybody reads it. */
export function emailProblem(email: string): string | null {
  if (email.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  if (!email.isWellFormed() || email.normalize('NFC') !== email) return 'must be in Unicode normalization form C';
  const at = email.lastIndexOf('@');
  const local = email.slice(0, Math.max(at, 0));
  const labels = email.slice(at + 1).split('.');
  const isAddress = at > 0 && local.length <= MAX_LOCAL_LENGTH && LOCAL.test(local);
  return isAddress && labels.length > 1 && labels.every((label) => LABEL.test(label))
    ? null
    : 'must be an address such as ada@example.com';
}
