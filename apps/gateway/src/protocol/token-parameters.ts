import type { Form } from './form.js';

/**
 * What the token service is told: parameters that some grant or client authentication method gives a meaning to. RFC 6749
 * §3.2: "The authorization server MUST ignore unrecognized request parameters."
 */
const PASSED_ON: readonly string[] = [
  'grant_type',
  'scope',
  'client_id',
  'client_secret',
  'client_assertion',
  'client_assertion_type',
  'username',
  'password',
  'code',
  'code_verifier',
  'redirect_uri',
  'refresh_token',
  'assertion',
];

/** The parameters of a form that are passed on. */
export function tokenParameters(form: Form): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const name of PASSED_ON) {
    const value = form.parameters.get(name);
    if (value !== undefined) parameters[name] = value;
  }
  return parameters;
}

/** Whether a query string holds a parameter that belongs in the body, where no log or history keeps it. */
export function hasTokenParameter(url: string): boolean {
  const start = url.indexOf('?');
  if (start === -1) return false;
  const query = new URLSearchParams(url.slice(start + 1));
  return query.has('resource') || query.has('access_token') || PASSED_ON.some((name) => query.has(name));
}
