import { spellingProblem, splitUri, webProblem } from './redirect-uri.js';

/**
 * Says why a web origin is refused, or null when it is accepted. It must stand exactly as browsers send it in `Origin` (RFC 6454
 * §6.2), because it is compared as a string: scheme, host and, where it is not the scheme's own, port; nothing else.
 */
export function webOriginProblem(value: string): string | null {
  if (value === '+') return 'must be an origin such as https://app.example: the + of other products is not known here';
  if (value === 'null') return 'must not be null: every sandboxed page and every local file has that origin';
  const spelling = spellingProblem(value);
  if (spelling !== null) return spelling;
  const parts = splitUri(value);
  if (parts === null) return 'must be an origin such as https://app.example';
  if (parts.scheme !== 'https' && parts.scheme !== 'http') return 'must use https';
  if (parts.authority?.includes('@')) return 'must not contain user information';
  const host = webProblem(value, parts);
  if (host !== null) return host;
  if (parts.rest !== '') return 'must be scheme, host and port only: no path (not even a slash) and no query';
  const { origin } = new URL(value);
  return origin === value ? null : `must be written as browsers send it: ${origin}`;
}
