import type { AuditDetails, AuditEvent, AuditEventType, ClientUriKind } from '#contracts';
import type { ClientUri } from '../domain/client-uri.js';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import type { AuditEvents, Cause } from './audit-events.js';

/** A change of one URI: what it leaves, and what the audit log says of it. */
export interface UriChange {
  readonly uri: ClientUri;
  readonly verb: 'added' | 'updated' | 'removed';
  readonly details: object;
}

/** What the audit log says of a change of a client's URI. */
export function uriEvent(
  auditEvents: AuditEvents,
  kind: ClientUriKind,
  { realm, client }: { readonly realm: Realm; readonly client: Client },
  change: UriChange,
  cause: Cause,
): AuditEvent {
  const { id, value, enabled } = change.uri;
  const type = `client.${MEMBERS[kind]}_${change.verb}` as const satisfies AuditEventType;
  // The member is named as the type is; the compiler cannot follow that.
  const details = { [MEMBERS[kind]]: { id, value, enabled }, ...change.details } as AuditDetails<typeof type>;
  return auditEvents.client(type, realm, client, details, cause);
}

const MEMBERS = {
  redirect: 'redirect_uri',
  post_logout_redirect: 'post_logout_redirect_uri',
  web_origin: 'web_origin',
} as const satisfies Readonly<Record<ClientUriKind, string>>;
