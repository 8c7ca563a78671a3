import { Type, type Static, type TObject, type TProperties, type TSchema } from '@sinclair/typebox';
import { Uuid } from '../common.js';

/** What became of it. */
export type AuditOutcome = 'success' | 'failure';
/** Who can act. */
export type AuditActorKind = 'user' | 'service_account' | 'client' | 'system' | 'anonymous';
/** Whether a member of the event names something: always, where there is something to name, or never (then it is null). */
export type Presence = 'always' | 'sometimes' | 'never';

/** One type of audit events: what it stands for and what such an event holds. */
export interface AuditType<Details extends TSchema = TSchema> {
  /** One sentence, for the reader of the log. */
  readonly description: string;
  readonly outcomes: readonly [AuditOutcome, ...AuditOutcome[]];
  /** Every reason that an event of this type may give, with its meaning; a success gives none. */
  readonly reasons: Readonly<Record<string, string>>;
  readonly actors: readonly [AuditActorKind, ...AuditActorKind[]];
  readonly clientId: Presence;
  readonly subjectId: Presence;
  readonly jti: Presence;
  /** Kind of the target, which such an event always has; null for types without. */
  readonly target: string | null;
  readonly details: Details;
  /** Members of `details` that are personal data; `changes.<member>` for both values of a change. */
  readonly personal: readonly string[];
}

/** Members of every event that are personal data: where somebody was and with what, and who, when the subject is a person. */
export const PERSONAL_MEMBERS = ['ip', 'user_agent'] as const;

/** Declares a type that always succeeds and has a target: an administrative change, unless more is said. */
export function auditType<Properties extends TProperties>(
  description: string,
  target: string | null,
  properties: Properties,
  more: Partial<Omit<AuditType, 'description' | 'target' | 'details'>> = {},
): AuditType<TObject<Properties>> {
  return {
    outcomes: ['success'],
    reasons: {},
    actors: ['user', 'service_account', 'system'],
    clientId: 'never',
    subjectId: 'never',
    jti: 'never',
    personal: [],
    ...more,
    description,
    target,
    details: Type.Object(properties, { additionalProperties: false }),
  };
}

/** A member with a sentence for the documentation. */
export function said<S extends TSchema>(schema: S, description: string): S {
  return { ...schema, description };
}

/** What differs, member by member, as the API names them. Secrets are masked. */
export const Changes = said(
  Type.Record(
    Type.String(),
    Type.Object({ before: Type.Unknown(), after: Type.Unknown() }, { additionalProperties: false }),
  ),
  'each member that differs, with `before` and `after`',
);
/** What differs, member by member. */
export type Changes = Static<typeof Changes>;

/** An object as the API shows it: these members and what else it has. */
export function shown<Properties extends TProperties>(description: string, properties: Properties) {
  return said(Type.Unsafe<Record<string, unknown>>(Type.Object(properties)), description);
}

/** Ids, such as those of secrets. */
export const Uuids = Type.Array(Uuid);
