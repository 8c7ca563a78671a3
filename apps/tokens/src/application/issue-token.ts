import { holdsSecret } from '#audit-trail';
import { SnapshotReader } from '#cache';
import {
  AuditEventRecorded,
  clientSnapshotKey,
  ClientSnapshot,
  RealmSnapshot,
  type AuditEvent,
  type IssueToken as Contract,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import { DurablePublisher, MessageClient, type CallContext } from '#messaging';
import { parseClientAuthentication, type ClientAuthentication } from '#oauth';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { accessTokenClaims } from '../domain/access-token.js';
import { IssuanceObserver } from '../domain/issuance-observer.js';
import { isRealmName, Issuers } from '../domain/issuers.js';
import { RecordedAuthentications } from '../domain/recorded-authentications.js';
import { tokenAccess } from '../domain/token-access.js';
import { TokenCodec } from '../domain/token-codec.js';
import { UsedSecrets } from '../domain/used-secrets.js';
import { accessTokenLifetime } from './issuance/access-token-lifetime.js';
import { askedAccess } from './issuance/asked-access.js';
import { authenticateClient } from './issuance/authenticate-client.js';
import { checkGrantAllowed } from './issuance/check-grant-allowed.js';
import {
  IssuanceAttempt,
  type AttemptEventType,
  type AttemptFacts,
  type ClientFacts,
} from './issuance/issuance-attempt.js';
import { passwordSubject } from './issuance/password-subject.js';
import { resolveClient } from './issuance/resolve-client.js';
import { resolveRealm } from './issuance/resolve-realm.js';
import { serviceAccountSubject } from './issuance/service-account-subject.js';
import { TokenSize } from './issuance/token-size.js';
import { ReadHints } from './read-hints.js';
import { resolveEffectiveAccess } from './resolve-effective-access.js';
import { SigningKeys } from './signing-keys.js';
import { SnapshotView } from './snapshot-view.js';

type Request = RequestOf<typeof Contract>;
type Reply = ReplyOf<typeof Contract>;

/** The token endpoint (RFC 6749 §3.2). */
@Injectable()
export class IssueToken {
  constructor(
    private readonly snapshots: SnapshotReader,
    private readonly messages: MessageClient,
    private readonly audit: DurablePublisher,
    private readonly keys: SigningKeys,
    private readonly codec: TokenCodec,
    private readonly size: TokenSize,
    private readonly issuers: Issuers,
    private readonly hints: ReadHints,
    private readonly observer: IssuanceObserver,
    private readonly usedSecrets: UsedSecrets,
    private readonly authentications: RecordedAuthentications,
    private readonly clock: Clock,
  ) {}

  /**
   * Neither a token nor a refusal leaves before its audit event is durable (G1).
   *
   * @throws AppError of the `oauth` family for a refusal, `not_found` for no such realm, `unavailable` when something that is
   *   needed does not answer or the record cannot be made.
   */
  async execute(request: Request, context: CallContext): Promise<Reply> {
    const attempt = new IssuanceAttempt(request, new SnapshotView(this.snapshots, context), context, this.clock.now());
    try {
      return await this.issue(attempt);
    } catch (thrown) {
      throw await this.refuse(attempt, AppError.from(thrown));
    }
  }

  /** The order is the security order: nothing is told to, or done for, who has not passed the step before. */
  private async issue(attempt: IssuanceAttempt): Promise<Reply> {
    const presented = this.startReads(attempt);
    const realm = await resolveRealm(attempt);
    this.hints.rememberRealm(realm);
    const { fault } = attempt.request;
    if (fault !== undefined) throw new AppError('invalid_request', fault);
    if (presented instanceof AppError) throw presented;
    const found = await resolveClient(attempt, realm, presented.clientId);
    const client = authenticateClient(attempt, found, presented);
    if (attempt.secretId !== null) this.noteUse(attempt, client, attempt.secretId);
    const grantType = checkGrantAllowed(attempt, client);
    const asked = askedAccess(attempt.request);
    const subject =
      grantType === 'password'
        ? await passwordSubject(attempt, realm, this.messages)
        : await serviceAccountSubject(attempt, realm, client);
    const algorithm = realm.settings.defaultSigningAlgorithm;
    // Unless a hint has started it: in the round trip of the assignments.
    this.keys.prepare(realm, algorithm, attempt.view);
    const { access: held, scopes } = await resolveEffectiveAccess(attempt.view, realm.id, subject.id);
    const issuer = this.issuers.of(realm.name);
    const access = tokenAccess(held, asked, issuer);

    const lifetimeSeconds = accessTokenLifetime(realm, client);
    const key = await this.keys.forSigning(realm, algorithm, lifetimeSeconds, attempt.view, attempt.context);
    const complete = accessTokenClaims({
      issuer,
      subjectId: subject.id,
      clientId: client.clientId,
      jti: uuidv7(),
      access,
      // After every wait: a token must not be younger than its own life.
      issuedAtSeconds: Math.floor(this.clock.now().getTime() / 1_000),
      lifetimeSeconds,
    });
    const fitted = this.size.fit(complete, algorithm);
    const { claims } = fitted;
    const token = await this.codec.sign(claims, key);

    await this.record(attempt, {
      type: 'token.issued',
      jti: claims.jti,
      details: {
        grant_type: grantType,
        scope: claims.scope,
        audience: [...access.audience],
        permissions: access.permissionsByAudience,
        kid: key.kid,
        lifetime: lifetimeSeconds,
        expires_at: claims.exp,
        ...this.size.issued(fitted, attempt.context),
      },
    });
    if (grantType === 'client_credentials') {
      this.hints.remember(clientSnapshotKey(client), { realmId: realm.id, subjectId: subject.id, scopes, algorithm });
    }
    this.observer.issued(grantType);
    return {
      body: JSON.stringify({
        access_token: token,
        token_type: 'Bearer',
        expires_in: lifetimeSeconds,
        scope: claims.scope,
      }),
    };
  }

  /** What a client that has proven itself leaves behind, whatever becomes of its request. */
  private noteUse(attempt: IssuanceAttempt, client: ClientFacts, secretId: string): void {
    const nowMs = attempt.now.getTime();
    this.usedSecrets.note(client.realmId, secretId, nowMs);
    const { ip } = attempt.request.peer;
    const method = attempt.presented?.method ?? '';
    if (!this.authentications.due({ clientId: client.id, secretId, method, ip }, nowMs)) return;
    attempt.events.push(attempt.event({ type: 'client.authenticated', details: {} }));
  }

  /** Starts every read that will be needed, in one turn of the event loop: they share one round trip. */
  private startReads(attempt: IssuanceAttempt): ClientAuthentication | AppError {
    const { authorization, parameters, realm } = attempt.request;
    let presented: ClientAuthentication;
    try {
      presented = parseClientAuthentication(authorization, parameters);
    } catch (thrown) {
      // Answered in its turn, after the realm.
      return AppError.from(thrown);
    }
    attempt.presented = presented;
    if (!isRealmName(realm) || holdsSecret(realm)) return presented;
    if (presented.clientId.length > 255 || holdsSecret(presented.clientId)) return presented;
    void attempt.view.read(RealmSnapshot, realm);
    const realmId = this.hints.realmId(realm);
    if (realmId === undefined) return presented;
    const clientKey = clientSnapshotKey({ realmId, clientId: presented.clientId });
    void attempt.view.read(ClientSnapshot, clientKey);
    if (parameters['grant_type'] === 'client_credentials') this.hints.start(attempt.view, clientKey);
    return presented;
  }

  private async refuse(attempt: IssuanceAttempt, error: AppError): Promise<AppError> {
    this.observer.refused(error.code);
    // What fails for our own sake is no refusal; all the client is refused is on record, also under a realm that does not exist.
    if (error.facts.family !== 'oauth' && error.code !== 'not_found') return error;
    const reason = error.reason ?? error.code;
    if (error.code === 'invalid_client') {
      attempt.events.push(attempt.event({ type: 'client.authenticated', outcome: 'failure', reason, details: {} }));
    }
    try {
      await this.record(attempt, {
        type: 'token.refused',
        outcome: 'failure',
        reason,
        details: { error: error.code },
      });
    } catch (thrown) {
      return AppError.from(thrown);
    }
    return error;
  }

  /** All events of the attempt, in one publish. @throws AppError `unavailable`. */
  private async record<T extends AttemptEventType>(attempt: IssuanceAttempt, facts: AttemptFacts<T>): Promise<void> {
    const event = attempt.event(facts);
    try {
      if (attempt.events.length === 0) await this.publish(event, attempt.context);
      else await Promise.all([...attempt.events, event].map((each) => this.publish(each, attempt.context)));
    } catch (cause) {
      this.observer.recordMissing();
      throw new AppError('unavailable', { reason: 'audit_record_failed', retryAfterSeconds: 1, cause });
    }
  }

  private publish(event: AuditEvent, context: CallContext): Promise<void> {
    return this.audit.publish(AuditEventRecorded, event, context);
  }
}
