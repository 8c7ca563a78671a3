import { Type, type Static } from '@sinclair/typebox';
import { Actor, LifetimeSeconds, SigningAlgorithmSchema, Uuid } from './common.js';
import { CONFIGURED_SCOPE, ConfiguredAssignment, MAX_CONFIGURED_ASSIGNMENTS } from './configured-roles.js';
import { defineCall } from './contract.js';
import { PasswordPolicy } from './password-policy.js';

/** At most this many clients in one configuration, so that it travels in one message and applies in one transaction. */
export const MAX_CONFIGURED_CLIENTS = 10_000;
/** At most this long is a configuration as JSON, in bytes: half of what a message of the bus may be. */
export const MAX_CONFIGURATION_BYTES = 4 * 1024 * 1024;
/** How long a configuration may take, in milliseconds: ten thousand clients take a while. */
export const CONFIGURATION_DEADLINE_MS = 55_000;

const strict = { additionalProperties: false };
const described = (description: string) => ({ description });

const Lifetime = (description: string) => Type.Integer({ ...LifetimeSeconds, description });
const LifetimeOverride = (description: string) =>
  Type.Union([Type.Integer({ ...LifetimeSeconds }), Type.Null()], described(description));
const Text = (maxLength: number, description: string) =>
  Type.Union([Type.String({ maxLength }), Type.Null()], described(description));
const Flag = (description: string) => Type.Boolean(described(description));

const policy = PasswordPolicy.properties;

/** A realm's own settings, in a configuration. */
export const ConfiguredRealm = Type.Partial(
  Type.Object({
    display_name: Text(255, 'The name people see.'),
    enabled: Flag('A disabled realm issues nothing.'),
    settings: Type.Partial(
      Type.Object({
        access_token_lifetime: Lifetime('Seconds an access token lives.'),
        refresh_token_lifetime: Lifetime('Seconds a refresh token lives.'),
        id_token_lifetime: Lifetime('Seconds an ID token lives.'),
        temporary_token_lifetime: Lifetime('Seconds a temporary token lives.'),
        default_signing_algorithm: SigningAlgorithmSchema,
        password_policy: Type.Partial(
          Type.Object({
            min_length: Type.Integer({ ...policy.minLength, description: 'Characters at least. Default: 12.' }),
            max_length: Type.Integer({ ...policy.maxLength, description: 'Characters at most. Default: 256.' }),
            refuse_common: Flag('Refuses passwords that are guessed first. Default: true.'),
            refuse_context: Flag('Refuses what is known of the person and the realm. Default: true.'),
            blocked_words: { ...policy.blockedWords, description: 'Words that no password may hold.' },
          }),
          { ...strict, description: 'What passwords have to be like.' },
        ),
      }),
      strict,
    ),
  }),
  { ...strict, description: 'The realm itself. It must exist already.' },
);

/** Where the CLI finds a client's secret. The configuration never holds it. */
export const SecretSource = Type.Union(
  [
    Type.Object({ env: Type.String({ minLength: 1, description: 'An environment variable.' }) }, strict),
    Type.Object({ file: Type.String({ minLength: 1, description: 'A file; relative to the configuration.' }) }, strict),
  ],
  described(
    'Where `chancery plan` and `chancery apply` find the secret. It is sent to the server, which keeps a hash of it.',
  ),
);
/** Where the CLI finds a client's secret. */
export type SecretSource = Static<typeof SecretSource>;

/** A URI of a client, in a configuration: its value when it is enabled. */
const ConfiguredUri = Type.Union([
  Type.String({ maxLength: 2_048 }),
  Type.Object({ value: Type.String({ maxLength: 2_048 }), enabled: Type.Boolean() }, strict),
]);
/** A URI of a client, in a configuration. */
export type ConfiguredUri = Static<typeof ConfiguredUri>;
const UriList = (description: string) =>
  Type.Optional(
    Type.Array(ConfiguredUri, {
      maxItems: 100,
      description: `${description} Others are removed only with \`prune: true\`.`,
    }),
  );

/** A client, in a configuration. Absent members stay as they are; of a new client they get the defaults of the API. */
export const ConfiguredClient = Type.Object(
  {
    client_id: Type.String({
      minLength: 1,
      maxLength: 255,
      description: 'Names the client: it cannot be changed here.',
    }),
    name: Type.Optional(
      Type.String({ minLength: 1, maxLength: 255, description: 'The client_id, when a new client has none.' }),
    ),
    client_type: Type.Optional(
      Type.Union([Type.Literal('confidential'), Type.Literal('public')], described('Cannot be changed later.')),
    ),
    description: Type.Optional(Text(2_000, 'What it is for.')),
    owner: Type.Optional(Text(255, 'Who answers for it.')),
    enabled: Type.Optional(Flag('A disabled client gets no token. Default: true.')),
    service_account_enabled: Type.Optional(Flag('May use client_credentials. Default: false.')),
    direct_access_grants_enabled: Type.Optional(Flag('May use the password grant. Default: false.')),
    first_party: Type.Optional(Flag('Belongs to the operator of the realm: no consent is asked. Default: false.')),
    access_token_lifetime: Type.Optional(LifetimeOverride('Seconds; null: as the realm.')),
    refresh_token_lifetime: Type.Optional(LifetimeOverride('Seconds; null: as the realm.')),
    id_token_lifetime: Type.Optional(LifetimeOverride('Seconds; null: as the realm.')),
    temporary_token_lifetime: Type.Optional(LifetimeOverride('Seconds; null: as the realm.')),
    redirect_uris: UriList('Where sign-in may send a browser: exact redirect URIs.'),
    post_logout_redirect_uris: UriList('Where sign-out may send a browser: exact URIs.'),
    web_origins: UriList('Whose scripts may read answers: origins such as https://app.example.'),
    secret_from: Type.Optional(SecretSource),
    ...CONFIGURED_SCOPE,
  },
  strict,
);
/** A client, in a configuration. */
export type ConfiguredClient = Static<typeof ConfiguredClient>;

/** A realm as a document: what is written in YAML, and what the API takes and gives. Members are named as in the API. */
export const RealmConfiguration = Type.Object(
  {
    version: Type.Literal(1, described('The version of this format.')),
    prune: Type.Optional(
      Type.Boolean(
        described(
          'Removes what the lists of this file do not mention. Lists that are absent are left alone. Default: false.',
        ),
      ),
    ),
    realm: Type.Optional(ConfiguredRealm),
    clients: Type.Optional(
      Type.Array(ConfiguredClient, { maxItems: MAX_CONFIGURED_CLIENTS, description: 'Clients, by client_id.' }),
    ),
    ...CONFIGURED_SCOPE,
    assignments: Type.Optional(
      Type.Array(ConfiguredAssignment, {
        maxItems: MAX_CONFIGURED_ASSIGNMENTS,
        description: 'Who holds which roles. With `prune: true` service accounts that are not mentioned lose theirs.',
      }),
    ),
  },
  { ...strict, title: 'Chancery realm configuration' },
);
/** A realm as a document. */
export type RealmConfiguration = Static<typeof RealmConfiguration>;

/** One thing that an application of a configuration changes. */
export const ConfigurationChange = Type.Object({
  action: Type.Union([Type.Literal('create'), Type.Literal('update'), Type.Literal('delete')]),
  /** `service_account` and `user`: the roles that somebody holds. */
  kind: Type.Union([
    Type.Literal('realm'),
    Type.Literal('client'),
    Type.Literal('permission'),
    Type.Literal('role'),
    Type.Literal('service_account'),
    Type.Literal('user'),
  ]),
  /** The name of the realm, permission, role or user, or a `client_id`. */
  name: Type.String(),
  /** Of a client's permission or role: whose it is. */
  client_id: Type.Optional(Type.String()),
  /** Members as the API names them; a secret shows as `***`. */
  members: Type.Array(Type.Object({ name: Type.String(), before: Type.Unknown(), after: Type.Unknown() })),
});
/** One thing that an application of a configuration changes. */
export type ConfigurationChange = Static<typeof ConfigurationChange>;

/** Permissions of one API. */
const PermissionsAt = Type.Object({
  /** The `client_id` of the API: `aud` of tokens that carry them. */
  audience: Type.String(),
  permissions: Type.Array(Type.String()),
});

/** What the tokens of one client (its service account) or user gain and lose. */
export const TokenImpact = Type.Object({
  kind: Type.Union([Type.Literal('client'), Type.Literal('user')]),
  /** The `client_id` or the username. */
  name: Type.String(),
  gains: Type.Array(PermissionsAt),
  loses: Type.Array(PermissionsAt),
});
/** What the tokens of one client or user gain and lose. */
export type TokenImpact = Static<typeof TokenImpact>;

/** What a configuration changes, in the order in which it is done. Empty: there is nothing to do. */
export const ConfigurationResult = Type.Object({
  changes: Type.Array(ConfigurationChange),
  /** True when there are so many changes that the later ones come without members. */
  abridged: Type.Boolean(),
  /** Null when the actor may not see who holds what. */
  impact: Type.Union([
    Type.Object({
      subjects: Type.Array(TokenImpact),
      /** False when more are concerned than are listed. */
      complete: Type.Boolean(),
    }),
    Type.Null(),
  ]),
  /** Names this very plan. Sent along with an application, nothing is done unless the plan is still the same. */
  digest: Type.String(),
});
/** What a configuration changes. */
export type ConfigurationResult = Static<typeof ConfigurationResult>;

/**
 * Writes a realm as a configuration. Sections that the actor may not view are left out; secrets are in none of them. `conflict` for
 * a realm with more clients than a configuration holds.
 */
export const ExportConfiguration = defineCall({
  subject: 'registry.configuration.export.v1',
  callers: ['gateway'],
  request: Type.Object({ actor: Actor, realmId: Uuid }),
  reply: RealmConfiguration,
  deadlineMs: CONFIGURATION_DEADLINE_MS,
});

/**
 * Makes a realm what a configuration says, or, with `dryRun`, says what that would change. `validation_failed` with pointers into the
 * configuration; `forbidden` when the actor may not view (`dryRun`) or change what it concerns; `precondition_failed` when the plan is
 * another one than `planDigest` names.
 */
export const ApplyConfiguration = defineCall({
  subject: 'registry.configuration.apply.v1',
  callers: ['gateway'],
  request: Type.Object({
    actor: Actor,
    realmId: Uuid,
    configuration: RealmConfiguration,
    /** Secrets by `client_id`, in plain text; they are hashed at once. */
    secrets: Type.Record(Type.String({ maxLength: 255 }), Type.String({ maxLength: 512 })),
    dryRun: Type.Boolean(),
    /** The digest of the plan that somebody has agreed to; null: whatever the plan is now. */
    planDigest: Type.Union([Type.String({ maxLength: 100 }), Type.Null()]),
  }),
  reply: ConfigurationResult,
  deadlineMs: CONFIGURATION_DEADLINE_MS,
});
