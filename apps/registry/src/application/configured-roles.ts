import {
  ApplyRoleConfiguration,
  FindUsers,
  type Actor,
  type ConfigurationChange,
  type ConfigurationResult,
  type RealmConfiguration,
  type RequestOf,
} from '#contracts';
import { AppError } from '#errors';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { Client } from '../domain/client.js';
import type { RegistryPlan, StoredRealm } from '../domain/configuration-plan.js';
import { clientsAfter, speaksOfRoles, wantedRoles, type KnownPerson } from '../domain/wanted-roles.js';
import { TokenImpacts } from './token-impacts.js';

type RoleRequest = RequestOf<typeof ApplyRoleConfiguration>;

/** What is asked, and of what. */
export interface ConfiguredRealmFacts {
  readonly actor: Actor;
  readonly configuration: RealmConfiguration;
  readonly stored: StoredRealm;
  readonly plan: RegistryPlan;
}

/** What roles has found to do, and what it needs to do it. */
export interface PlannedRoles {
  readonly changes: readonly ConfigurationChange[];
  readonly impact: ConfigurationResult['impact'];
  readonly people: ReadonlyMap<string, KnownPerson | null>;
}

/** Asks roles for its part of a configuration: to plan it, to check it, to do it. */
@Injectable()
export class ConfiguredRoles {
  constructor(
    private readonly messages: MessageClient,
    private readonly impacts: TokenImpacts,
  ) {}

  /**
   * What would change, and whose tokens with it. With `check` what could not be done is refused as well.
   *
   * @throws AppError `validation_failed` with pointers into the configuration, `forbidden`, `conflict`, `unavailable`.
   */
  async plan(facts: ConfiguredRealmFacts, mode: 'plan' | 'check', context: CallContext): Promise<PlannedRoles> {
    const { actor, configuration, stored, plan } = facts;
    const nothing = { changes: [], impact: { subjects: [], complete: true }, people: new Map() };
    const mayTell = ['view_roles', 'manage_roles'].some((name) => actor.permissions.includes(name));
    // The roles of a client that goes are taken from others too, so roles has to be there, and is asked from whom.
    const asks = speaksOfRoles(configuration) || plan.deleted.length > 0;
    if (!asks && !mayTell) return { ...nothing, impact: null };
    const concerned = this.impacts.concerned(stored, plan);
    if (!asks && concerned?.length === 0) return nothing;
    const people = await this.people(stored.realm.id, configuration, context);
    const request = requestOf(facts, clientsAfter(stored, plan), people, { mode, alsoTellOf: concerned });
    const { changes, authority, complete } = await this.messages.call(ApplyRoleConfiguration, request, context);
    const subjects = await this.impacts.of(authority, stored, plan, context);
    return { changes, people, impact: mayTell ? { subjects, complete } : null };
  }

  /**
   * Does it, after the registry's own part.
   *
   * @param clients By `client_id`, as they are stored now.
   * @param expected What has been agreed to; null: whatever is to do by now.
   * @throws AppError that says how far it came.
   */
  async apply(
    facts: ConfiguredRealmFacts,
    { people }: PlannedRoles,
    clients: ReadonlyMap<string, Client>,
    expected: readonly ConfigurationChange[] | null,
    context: CallContext,
  ): Promise<readonly ConfigurationChange[]> {
    const agreed = expected === null ? null : [...expected];
    try {
      const request = requestOf(facts, clients, people, { mode: 'apply', alsoTellOf: [], expected: agreed });
      return (await this.messages.call(ApplyRoleConfiguration, request, context)).changes;
    } catch (thrown) {
      throw halfDone(AppError.from(thrown));
    }
  }

  private async people(
    realmId: string,
    { assignments = [] }: RealmConfiguration,
    context: CallContext,
  ): Promise<ReadonlyMap<string, KnownPerson | null>> {
    const usernames = assignments.flatMap(({ username }) => username ?? []);
    if (usernames.length === 0) return new Map();
    const { byUsername } = await this.messages.call(FindUsers, { realmId, usernames, ids: [] }, context);
    return new Map(usernames.map((username, index) => [username, byUsername[index] ?? null]));
  }
}

function requestOf(
  { actor, configuration, stored, plan }: ConfiguredRealmFacts,
  clients: ReadonlyMap<string, Client>,
  people: ReadonlyMap<string, KnownPerson | null>,
  how: Pick<RoleRequest, 'mode' | 'alsoTellOf'> & Partial<Pick<RoleRequest, 'expected'>>,
): RoleRequest {
  const { id: realmId, name: realmName } = stored.realm;
  return {
    ...{ actor, realmId, realmName, prune: configuration.prune ?? false },
    ...wantedRoles(configuration, clients, people),
    deletedClientIds: plan.deleted.map(({ id }) => id),
    expected: null,
    ...how,
  };
}

/** What the registry has committed stands; the same configuration completes it. */
function halfDone(error: AppError): AppError {
  return new AppError(error.code, {
    detail:
      'The realm and its clients are as the configuration says, its roles and assignments are not yet: ' +
      `${(error.detail ?? error.facts.title).replace(/\.$/, '')}. Apply it again.`,
    reason: error.reason ?? 'roles_not_applied',
    ...(error.fields === undefined ? {} : { fields: error.fields }),
    ...(error.retryAfterSeconds === undefined ? {} : { retryAfterSeconds: error.retryAfterSeconds }),
    cause: error,
  });
}
