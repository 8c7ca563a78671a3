import { SnapshotReader } from '#cache';
import { UserSnapshot, userSnapshotKey, type PreviewToken as Contract, type ReplyOf, type RequestOf } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { clientAuthenticationFailed } from '#oauth';
import { Injectable } from '@nestjs/common';
import { NIL } from 'uuid';
import { accessTokenClaims } from '../domain/access-token.js';
import { explainAccess, explainClaims, sizeWarning } from '../domain/explain-access.js';
import { Issuers } from '../domain/issuers.js';
import { tokenAccess } from '../domain/token-access.js';
import { accessTokenLifetime } from './issuance/access-token-lifetime.js';
import { askedAccess } from './issuance/asked-access.js';
import { requireGrantAllowed } from './issuance/check-grant-allowed.js';
import type { ClientFacts, RealmFacts, Subject } from './issuance/issuance-attempt.js';
import { personProblem } from './issuance/password-subject.js';
import { resolveClient } from './issuance/resolve-client.js';
import { resolveRealm } from './issuance/resolve-realm.js';
import { serviceAccountSubject } from './issuance/service-account-subject.js';
import { TokenSize } from './issuance/token-size.js';
import { resolveEffectiveAccess } from './resolve-effective-access.js';
import { SnapshotView } from './snapshot-view.js';

type Request = RequestOf<typeof Contract>;
type Reply = ReplyOf<typeof Contract>;

/**
 * The token endpoint without a token: the same steps in the same order, but for the proof of who asks. Nothing is signed, nothing
 * issued, nothing recorded.
 */
@Injectable()
export class PreviewToken {
  constructor(
    private readonly snapshots: SnapshotReader,
    private readonly issuers: Issuers,
    private readonly size: TokenSize,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found` for no such realm or client, `unavailable`. A refusal by the token endpoint is an answer. */
  async execute(request: Request, context: CallContext): Promise<Reply> {
    const view = new SnapshotView(this.snapshots, context);
    try {
      return await this.preview(request, view);
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (error.facts.family !== 'oauth') throw error;
      return {
        outcome: 'refused',
        error: error.code,
        description: error.message,
        reason: error.reason ?? error.code,
      };
    }
  }

  private async preview(request: Request, view: SnapshotView): Promise<Reply> {
    const attempt = { view, realm: null, subject: null, request: { realm: request.realmName } };
    const realm = await resolveRealm(attempt);
    const client = await resolveClient(attempt, realm, request.clientIdentifier);
    if (realm.id !== request.realmId || client === null || client.id !== request.clientId) {
      throw new AppError('not_found', { detail: 'The realm has no such client.', reason: 'unknown_client' });
    }
    if (!client.enabled) throw clientAuthenticationFailed('client_disabled');
    requireGrantAllowed(client, request.userId === null ? 'client_credentials' : 'password');
    const { scope, resources } = request;
    const asked = askedAccess({ parameters: scope === null ? {} : { scope }, resources });
    const subject =
      request.userId === null
        ? await serviceAccountSubject(attempt, realm, client)
        : await personSubject(view, realm, request.userId);
    return this.explain(realm, client, subject, asked, view);
  }

  private async explain(
    realm: RealmFacts,
    client: ClientFacts,
    subject: Subject,
    asked: ReturnType<typeof askedAccess>,
    view: SnapshotView,
  ): Promise<Reply> {
    const held = await resolveEffectiveAccess(view, realm.id, subject.id);
    const issuer = this.issuers.of(realm.name);
    const access = tokenAccess(held.access, asked, issuer);
    const lifetimeSeconds = accessTokenLifetime(realm, client);
    const complete = accessTokenClaims({
      issuer,
      subjectId: subject.id,
      clientId: client.clientId,
      // As long as any: the length of the token is told.
      jti: NIL,
      access,
      issuedAtSeconds: Math.floor(this.clock.now().getTime() / 1_000),
      lifetimeSeconds,
    });
    const { claims: fitting, bytes, warning } = this.size.fit(complete, realm.settings.defaultSigningAlgorithm);
    const { jti: _, ...claims } = fitting;
    return {
      outcome: 'granted',
      claims,
      lifetimeSeconds,
      tokenBytes: bytes,
      warnings: warning === null ? [] : [sizeWarning(warning, this.size.limits)],
      reasons: explainClaims({
        realmName: realm.name,
        issuer,
        clientId: client.clientId,
        kind: subject.kind,
        lifetimeSeconds,
        lifetimeIsOwn: client.accessTokenLifetimeSeconds !== null,
        asked,
        access,
        rolesOmitted: warning === 'roles_omitted',
      }),
      permissions: [...explainAccess(held.assignments, held.roleScopes, asked, access)],
    };
  }
}

/** The user as a sign-in would find them; no password is asked for. */
async function personSubject(view: SnapshotView, realm: RealmFacts, userId: string): Promise<Subject> {
  const user = await view.read(UserSnapshot, userSnapshotKey(realm.id, userId));
  const problem = personProblem(user, realm.id, userId);
  if (problem === null) return { id: userId, kind: 'user' };
  throw new AppError('invalid_grant', { detail: 'The user cannot sign in.', reason: problem });
}
