import { DEFAULT_PASSWORD_POLICY, MASTER_REALM, SIGNING_ALGORITHMS, type RealmSettings } from '#contracts';
import { AppError } from '#errors';
import { LIFETIME_MEMBERS, lifetimeProblem } from './lifetimes.js';
import { changePolicy, checkPolicyChanges, shownPolicy, type PasswordPolicyChanges } from './password-policy.js';
import { lineProblem, Problems } from './problems.js';

/** A realm: clients, users and roles of one realm know nothing of another's. Names compare byte by byte. */
export interface Realm {
  readonly id: string;
  readonly name: string;
  readonly displayName: string | null;
  readonly enabled: boolean;
  readonly settings: Required<RealmSettings>;
  /** Grows with every change an administrator can see: the ETag. */
  readonly version: number;
  /** The version of its published snapshot; given by the database, 0 until it is stored. */
  readonly snapshotVersion: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

/** What may change of a realm; absent members stay. */
export interface RealmChanges {
  readonly name?: string | undefined;
  readonly displayName?: string | null | undefined;
  readonly enabled?: boolean | undefined;
  readonly settings?: SettingsChanges | undefined;
}

type PlainSettings = Omit<RealmSettings, 'passwordPolicy'>;
type SettingsChanges = { readonly [Member in keyof PlainSettings]?: PlainSettings[Member] | undefined } & {
  readonly passwordPolicy?: PasswordPolicyChanges | undefined;
};

/** A new realm's settings. Access tokens are short because they cannot be taken back at a resource server that does not ask. */
export const DEFAULT_REALM_SETTINGS: Required<RealmSettings> = {
  accessTokenLifetimeSeconds: 300,
  refreshTokenLifetimeSeconds: 86_400,
  idTokenLifetimeSeconds: 300,
  temporaryTokenLifetimeSeconds: 300,
  defaultSigningAlgorithm: 'ES256',
  passwordPolicy: DEFAULT_PASSWORD_POLICY,
};

const REALM_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** A new realm. @throws AppError `validation_failed`. */
export function newRealm(
  facts: { readonly id: string; readonly name: string; readonly displayName: string | null },
  now: Date,
): Realm {
  const problems = new Problems();
  problems.add('/name', realmNameProblem(facts.name));
  problems.add('/display_name', lineProblem(facts.displayName));
  problems.throwIfAny();
  return {
    ...facts,
    enabled: true,
    settings: DEFAULT_REALM_SETTINGS,
    version: 1,
    snapshotVersion: 0,
    createdAt: now,
    updatedAt: now,
  };
}

/**
 * The realm after a change; the very same object when nothing differs.
 *
 * @throws AppError `conflict` for disabling or renaming `master`, `validation_failed`.
 */
export function changeRealm(realm: Realm, changes: RealmChanges, now: Date): Realm {
  if (changes.enabled === false && realm.name === MASTER_REALM) {
    throw new AppError('conflict', { detail: 'The realm master cannot be disabled.', reason: 'master_realm' });
  }
  const renamed = changes.name !== undefined && changes.name !== realm.name;
  if (renamed && realm.name === MASTER_REALM) {
    throw new AppError('conflict', { detail: 'The realm master cannot be renamed.', reason: 'master_realm' });
  }
  checkChanges(changes);
  const next: Realm = {
    ...realm,
    name: changes.name ?? realm.name,
    displayName: changes.displayName === undefined ? realm.displayName : changes.displayName,
    enabled: changes.enabled ?? realm.enabled,
    settings: changeSettings(realm.settings, changes.settings ?? {}),
  };
  const same = JSON.stringify(visible(realm)) === JSON.stringify(visible(next));
  return same ? realm : { ...next, version: realm.version + 1, updatedAt: now };
}

/** @throws AppError `conflict` for `master`. */
export function checkDeletableRealm(realm: Realm): void {
  if (realm.name === MASTER_REALM) {
    throw new AppError('conflict', { detail: 'The realm master cannot be deleted.', reason: 'master_realm' });
  }
}

function checkChanges({ name, displayName, settings = {} }: RealmChanges): void {
  const problems = new Problems();
  if (name !== undefined) problems.add('/name', realmNameProblem(name));
  problems.add('/display_name', lineProblem(displayName));
  for (const [member, field] of LIFETIME_MEMBERS) problems.add(`/${field}`, lifetimeProblem(settings[member]));
  const { defaultSigningAlgorithm: algorithm } = settings;
  if (algorithm !== undefined && !SIGNING_ALGORITHMS.includes(algorithm)) {
    problems.add('/default_signing_algorithm', `must be one of ${SIGNING_ALGORITHMS.join(', ')}`);
  }
  checkPolicyChanges(problems, settings.passwordPolicy ?? {});
  problems.throwIfAny();
}

function changeSettings(
  settings: Required<RealmSettings>,
  { passwordPolicy = {}, ...plain }: SettingsChanges,
): Required<RealmSettings> {
  return {
    ...settings,
    ...present(plain),
    passwordPolicy: changePolicy(settings.passwordPolicy, passwordPolicy),
  };
}

/** Names that could be taken for `master` are kept from everybody. */
function realmNameProblem(name: string): string | null {
  if (!REALM_NAME.test(name)) return 'must begin with a letter or digit and have at most 63 of A-Z a-z 0-9 . _ -';
  if (name !== MASTER_REALM && name.toLowerCase() === MASTER_REALM) return 'is reserved';
  return null;
}

function present<T extends object>(settings: T): { [Member in keyof T]: NonNullable<T[Member]> } {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as {
    [Member in keyof T]: NonNullable<T[Member]>;
  };
}

function visible({ name, displayName, enabled, settings }: Realm): unknown {
  return [
    name,
    displayName,
    enabled,
    ...LIFETIME_MEMBERS.map(([member]) => settings[member]),
    settings.defaultSigningAlgorithm,
    shownPolicy(settings.passwordPolicy),
  ];
}
