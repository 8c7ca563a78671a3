import { SnapshotReader } from '#cache';
import {
  AssignmentsSnapshot,
  assignmentsSnapshotKey,
  BUILT_IN_PERMISSIONS,
  ClientSnapshot,
  clientSnapshotKey,
  MASTER_REALM,
  REALM_SCOPE,
  RealmSnapshot,
  RoleScopeSnapshot,
  roleScopeSnapshotKey,
  UserSnapshot,
  userSnapshotKey,
  type EvaluateBearer as Contract,
  type ReplyOf,
  type RequestOf,
  type SnapshotOf,
} from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { bearerRefusal } from '../domain/access-token.js';
import { isRealmName } from '../domain/issuers.js';
import { effectiveAccess, type Assignments, type RoleScope } from '#access';
import { SnapshotView } from './snapshot-view.js';
import { VerifiedBearers, type VerifiedBearer } from './verified-bearers.js';

type Request = RequestOf<typeof Contract>;
type Reply = ReplyOf<typeof Contract>;
type Realm = SnapshotOf<typeof RealmSnapshot>;
type Client = SnapshotOf<typeof ClientSnapshot>;
type User = SnapshotOf<typeof UserSnapshot>;

/** What the evaluation rests on, all read after the request arrived. */
interface Standing {
  readonly realm: Realm | null;
  readonly client: Client | null;
  readonly user: User | null;
  readonly assignments: Assignments | null;
  readonly realmRoles: RoleScope | null;
  readonly target: Realm | null;
}

const BUILT_IN: ReadonlySet<string> = new Set(BUILT_IN_PERMISSIONS.map((permission) => permission.name));

/** Tells who the bearer of an administration call is, and what it may do now. */
@Injectable()
export class EvaluateBearer {
  constructor(
    private readonly snapshots: SnapshotReader,
    private readonly bearers: VerifiedBearers,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `invalid_token`, one text for every failure; `unavailable`. */
  async execute(request: Request, context: CallContext): Promise<Reply> {
    const view = new SnapshotView(this.snapshots, context);
    const { targetRealm } = request;
    const bearer = await this.bearers.verify(request.token, view);
    if (typeof bearer === 'string') throw invalidToken(bearer);
    const refusal = bearerRefusal(bearer.claims, this.clock.now());
    if (refusal !== null) throw invalidToken(refusal);
    // Administrators of `master` act on every realm; all others on their own, and do not even learn of another.
    if (targetRealm !== null && targetRealm !== bearer.realmName && bearer.realmName !== MASTER_REALM) {
      throw invalidToken('other_realm');
    }
    return reply(bearer, await readStanding(view, bearer, targetRealm));
  }
}

/** All reads start in one turn of the event loop and share one round trip. */
async function readStanding(view: SnapshotView, bearer: VerifiedBearer, targetRealm: string | null): Promise<Standing> {
  const { realmName, realmId, claims } = bearer;
  const [realm, client, user, assignments, realmRoles, target] = await Promise.all([
    view.read(RealmSnapshot, realmName),
    view.read(ClientSnapshot, clientSnapshotKey({ realmId, clientId: claims.clientId })),
    view.read(UserSnapshot, userSnapshotKey(realmId, claims.subjectId)),
    view.read(AssignmentsSnapshot, assignmentsSnapshotKey(realmId, claims.subjectId)),
    view.read(RoleScopeSnapshot, roleScopeSnapshotKey(realmId, REALM_SCOPE)),
    targetRealm !== null && isRealmName(targetRealm) ? view.read(RealmSnapshot, targetRealm) : null,
  ]);
  return { realm, client, user, assignments, realmRoles, target };
}

function reply({ realmName, realmId, claims }: VerifiedBearer, standing: Standing): Reply {
  const { realm, client, user, target } = standing;
  if (realm === null || realm.name !== realmName || realm.id !== realmId) throw invalidToken('unknown_realm');
  if (!realm.enabled) throw invalidToken('realm_disabled');
  if (client === null || client.realmId !== realmId || client.clientId !== claims.clientId) {
    throw invalidToken('unknown_client');
  }
  if (!client.enabled) throw invalidToken('client_disabled');
  if (user === null || user.realmId !== realmId || user.id !== claims.subjectId) throw invalidToken('unknown_subject');
  if (!user.enabled) throw invalidToken('subject_disabled');
  // A service account acts through its own client only.
  if (user.clientId !== null && user.clientId !== client.id) throw invalidToken('foreign_service_account');

  return {
    principal: {
      realm: realm.name,
      realmId,
      subjectId: user.id,
      kind: user.clientId === null ? 'user' : 'service_account',
      username: user.username,
      clientId: client.clientId,
      jti: claims.jti,
      permissions: permissionsNow(realmId, claims.permissions, user.id, standing),
    },
    targetRealm: target === null ? null : { id: target.id, name: target.name },
  };
}

/** What the subject holds in its realm now and the token was not narrowed to do without. */
function permissionsNow(
  realmId: string,
  carried: readonly string[],
  subjectId: string,
  { assignments, realmRoles }: Standing,
): string[] {
  if (assignments?.realmId !== realmId || assignments.subjectId !== subjectId) return [];
  if (realmRoles?.realmId !== realmId || realmRoles.scope !== REALM_SCOPE) return [];
  const held = effectiveAccess(assignments, [realmRoles]);
  return held.flatMap((scope) => scope.permissions.filter((name) => BUILT_IN.has(name) && carried.includes(name)));
}

function invalidToken(reason: string): AppError {
  return new AppError('invalid_token', { detail: 'The access token is not valid here.', reason });
}
