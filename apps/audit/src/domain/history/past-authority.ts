import { REALM_MANAGEMENT_CLIENT_ID, REALM_SCOPE, type AuthorityObstacle, type HistoricalAuthority } from '#contracts';
import type { EventReference } from '#contracts';
import type { PastClient } from './past-clients.js';
import type { PastRealm } from './past-realm.js';
import type { PastAssignment, PastRole } from './past-roles.js';
import type { PastSubject } from './past-subject.js';

/** All that the log tells of a time. */
export interface PastState {
  readonly at: Date;
  readonly realm: PastRealm;
  /** Null when a user was asked for. */
  readonly client: PastClient | null;
  /** Null when nothing is known of them, or the client had no service account. */
  readonly subject: PastSubject | null;
  readonly assignments: readonly PastAssignment[];
  readonly roles: { readonly present: ReadonlyMap<string, PastRole>; readonly deleted: ReadonlySet<string> };
  /** The clients whose roles are among `assignments`, by UUID. */
  readonly apis: ReadonlyMap<string, PastClient>;
}

type Scope = HistoricalAuthority['scopes'][number];

/**
 * What somebody could do. Roles count as they were, though a disabled client could not make use of them: `obstacles` tell what
 * stood in the way.
 */
export function pastAuthority(state: PastState): HistoricalAuthority {
  const { at, client, subject } = state;
  const obstacles = obstaclesOf(state);
  const { scopes, gaps } = scopesOf(state);
  return {
    at: at.toISOString(),
    subject:
      subject === null
        ? null
        : {
            id: subject.id,
            kind: subject.kind,
            username: subject.username,
            enabled: subject.enabled && !subject.deleted,
          },
    client:
      client === null
        ? null
        : {
            id: client.id,
            client_id: client.clientId,
            enabled: client.enabled && !client.deleted,
            service_account_enabled: client.serviceAccountEnabled,
          },
    able: obstacles.length === 0,
    obstacles,
    scopes,
    complete: gaps.length === 0,
    gaps,
  };
}

function obstaclesOf({ realm, client, subject }: PastState): HistoricalAuthority['obstacles'] {
  const obstacles: { reason: AuthorityObstacle; event: EventReference | null }[] = [];
  const stands = (reason: AuthorityObstacle, event: EventReference | null) => obstacles.push({ reason, event });
  if (realm.events.deleted !== null) stands('realm_deleted', realm.events.deleted);
  else if (!realm.enabled) stands('realm_disabled', realm.events.enabled);
  if (client !== null) {
    if (client.deleted) stands('client_deleted', client.events.deleted);
    else if (!client.enabled) stands('client_disabled', client.events.enabled);
    if (client.serviceAccountUserId === null) stands('no_service_account', client.events.serviceAccount);
    else if (!client.serviceAccountEnabled) stands('service_account_disabled', client.events.serviceAccount);
  }
  if (subject === null) {
    if (client?.serviceAccountUserId !== null) stands('subject_unknown', null);
  } else if (subject.deleted) stands('subject_deleted', subject.events.deleted);
  else if (!subject.enabled) stands('subject_disabled', subject.events.enabled);
  return obstacles;
}

function scopesOf(state: PastState): { readonly scopes: Scope[]; readonly gaps: string[] } {
  const { realm, assignments, roles, apis } = state;
  const gaps: string[] = [];
  if (realm.events.created === null) gaps.push('The log does not reach back to the creation of the realm.');
  const scopes = new Map<string, Scope>();
  for (const assignment of assignments) {
    const { roleId, scope: scopeId } = assignment;
    if (roles.deleted.has(roleId) || apis.get(scopeId)?.deleted === true || realm.events.deleted !== null) continue;
    const role = roles.present.get(roleId);
    if (role === undefined || role.created === null)
      gaps.push(`The log does not hold the creation of role ${assignment.roleName} (${roleId}).`);
    if (role === undefined) continue;
    const scope = scopes.get(scopeId) ?? emptyScope(scopeId, apis.get(scopeId)?.clientId ?? role.scopeName ?? scopeId);
    scopes.set(scopeId, {
      ...scope,
      permissions: [...new Set([...scope.permissions, ...role.permissions.keys()])],
      roles: [
        ...scope.roles,
        {
          id: role.id,
          name: role.name,
          permissions: [...role.permissions].map(([name, since]) => ({ name, since })),
          created: role.created,
          assigned: assignment.event,
        },
      ],
    });
  }
  return { scopes: [...scopes.values()], gaps };
}

function emptyScope(scopeId: string, clientId: string): Scope {
  return scopeId === REALM_SCOPE
    ? { client_id: null, audience: REALM_MANAGEMENT_CLIENT_ID, permissions: [], roles: [] }
    : { client_id: scopeId, audience: clientId, permissions: [], roles: [] };
}
