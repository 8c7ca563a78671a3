import type { IssuedToken } from '#contracts';
import { objectAt, textAt, textsAt, type RecordedEvent } from './recorded-event.js';

/** Reads the record of a token; null for one that says too little. */
export function issuedToken(event: RecordedEvent): IssuedToken | null {
  const { details, jti } = event;
  const expires = details['expires_at'];
  const scope = textAt(details, 'scope');
  const audience = textsAt(details, 'audience');
  if (jti === null || typeof expires !== 'number' || scope === undefined || audience === undefined) return null;
  return {
    jti,
    event_id: event.id,
    client_id: event.client_id,
    subject_id: event.subject_id,
    issued_at: event.time,
    expires_at: new Date(expires * 1_000).toISOString(),
    audience: [...audience],
    scope,
    ip: event.ip ?? null,
  };
}

/**
 * Whether a token carried a permission: of one API, of which the record says which permissions are its own, or of any.
 */
export function carries(event: RecordedEvent, permission: string, audience: string | null): boolean {
  const { details } = event;
  if (!(textAt(details, 'scope') ?? '').split(' ').includes(permission)) return false;
  if (audience === null) return true;
  const byAudience = objectAt(details, 'permissions');
  return Object.hasOwn(byAudience, audience) && textsAt(byAudience, audience)?.includes(permission) === true;
}
