import {
  GRANT_TYPES,
  type AuditDetails,
  type AuditEvent,
  type ClientSnapshot,
  type GrantType,
  type IssueToken,
  type RealmSnapshot,
  type RequestOf,
  type SnapshotOf,
} from '#contracts';
import { maskSecrets, newAuditEvent, type AuditFacts } from '#audit-trail';
import type { CallContext } from '#messaging';
import { claimedClientId, type ClientAuthentication } from '#oauth';
import type { SnapshotView } from '../snapshot-view.js';

/** A realm as issuance knows it. */
export type RealmFacts = SnapshotOf<typeof RealmSnapshot>;
/** A client as issuance knows it. */
export type ClientFacts = SnapshotOf<typeof ClientSnapshot>;

/** Who the token is about. */
export interface Subject {
  readonly id: string;
  readonly kind: 'user' | 'service_account';
}

/** What an attempt can come to. */
export type AttemptEventType = 'token.issued' | 'token.refused' | 'client.authenticated' | 'user.authenticated';
/** What each of its events knows by itself. */
type RequestMember = 'grant_type' | 'auth_method' | 'secret_id' | 'requested_scope' | 'requested_resources';
/** What varies from event to event of one attempt. */
export type AttemptFacts<T extends AttemptEventType> = Pick<AuditFacts<T>, 'type' | 'outcome' | 'reason' | 'jti'> & {
  readonly details: Omit<AuditDetails<T>, RequestMember> & Partial<Pick<AuditDetails<T>, 'grant_type'>>;
};

/** How long a value of the request may be in a record; the gateway's limit of a body is far above. */
const MAX_DETAIL_LENGTH = 1_000;

/**
 * One request on its way, with what has been established so far. The steps only add to it; in the end it is what the audit
 * record tells, of a token as of a refusal.
 */
export class IssuanceAttempt {
  presented: ClientAuthentication | null = null;
  realm: RealmFacts | null = null;
  /** Set once the client is authenticated. */
  client: ClientFacts | null = null;
  /** The secret that was used, also when it had expired. */
  secretId: string | null = null;
  grantType: GrantType | null = null;
  subject: Subject | null = null;
  /** The user that a failed sign-in was about: concerned, but not the one who acted. */
  claimedSubjectId: string | null = null;
  /** Events besides that of the token: what the client's authentication and a user's sign-in came to. */
  readonly events: AuditEvent[] = [];

  constructor(
    readonly request: RequestOf<typeof IssueToken>,
    readonly view: SnapshotView,
    readonly context: CallContext,
    readonly now: Date,
  ) {}

  /** An audit event of this attempt. Nothing of `parameters` goes in but what is named here. */
  event<T extends AttemptEventType>(facts: AttemptFacts<T>): AuditEvent {
    const { parameters, resources } = this.request;
    const clientId = this.client?.clientId ?? this.presented?.clientId ?? this.claimed();
    const scope = parameters['scope'];
    return newAuditEvent<T>(
      {
        ...facts,
        realm: this.realm?.name ?? this.request.realm,
        realmId: this.realm?.id ?? null,
        actor: this.actor(clientId),
        clientId,
        subjectId: this.subject?.id ?? this.claimedSubjectId,
        peer: this.request.peer,
        details: {
          grant_type: this.grantType ?? GRANT_TYPES.find((name) => name === parameters['grant_type']) ?? null,
          auth_method: this.presented?.method ?? null,
          secret_id: this.secretId,
          ...(scope === undefined || scope === ''
            ? {}
            : { requested_scope: maskSecrets(scope.slice(0, MAX_DETAIL_LENGTH)) }),
          ...(resources.length === 0
            ? {}
            : {
                requested_resources: resources
                  .slice(0, 20)
                  .map((value) => maskSecrets(value.slice(0, MAX_DETAIL_LENGTH))),
              }),
          ...facts.details,
        } as AuditDetails<T>,
      },
      this.context,
      this.now,
    );
  }

  /** Whom a request names that does not authenticate it in one way: its record is found by that all the same. */
  private claimed(): string | null {
    const { authorization, parameters } = this.request;
    return claimedClientId(authorization, parameters);
  }

  private actor(clientId: string | null): AuditEvent['actor'] {
    if (this.subject !== null) return { kind: this.subject.kind, id: this.subject.id, client_id: clientId };
    if (this.client !== null) return { kind: 'client', id: this.client.id, client_id: clientId };
    return { kind: 'anonymous', id: null, client_id: clientId };
  }
}
