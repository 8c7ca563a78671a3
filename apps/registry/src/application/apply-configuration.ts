import {
  configurationProblems,
  type Actor,
  type ApplyConfiguration as ApplyConfigurationCall,
  type ConfigurationResult,
  type RequestOf,
} from '#contracts';
import { AppError, fieldErrorAt } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import {
  isEmptyPlan,
  planRegistry,
  requireMayApply,
  requireMayCompare,
  type PlannedClient,
  type RegistryPlan,
  type StoredRealm,
} from '../domain/configuration-plan.js';
import { actsAgain } from '../domain/client-policy.js';
import type { Client } from '../domain/client.js';
import type { Realm } from '../domain/realm.js';
import { CLIENT_ID_TAKEN } from '../domain/refusals.js';
import { requireMayTrustSignIn, widensTrustedSignIn } from '../domain/sign-in-trust.js';
import { clientsAfter, rolesOfDisabledAccounts } from '../domain/wanted-roles.js';
import { abridged } from './abridged.js';
import { ClientRoles } from './client-roles.js';
import { configurationChanges } from './configuration-changes.js';
import { ConfiguredRoles } from './configured-roles.js';
import { clientTarget, FencedChange, realmTarget } from './fenced-change.js';
import { planDigest, requireAgreedPlan } from './plan-digest.js';
import { Provisioning } from './provisioning.js';
import { ServiceAccounts, type EnabledAccounts } from './service-accounts.js';
import { StoredConfiguration } from './stored-configuration.js';
import { StorePlan, type StoredPlan } from './store-plan.js';
import { StaleReadError, untilFresh } from './stale-read.js';
import { TakeoverGuard } from './takeover-guard.js';

type Request = RequestOf<typeof ApplyConfigurationCall>;

/**
 * Makes a realm what a configuration says, or says what that would change: the registry's part in one transaction, then roles' part in
 * one of theirs. Roles is asked first whether it will, so that a refusal stops all of it. Applying again changes nothing, and completes
 * what a crash has left.
 */
@Injectable()
export class ApplyConfiguration {
  constructor(
    private readonly stored: StoredConfiguration,
    private readonly takeovers: TakeoverGuard,
    private readonly serviceAccounts: ServiceAccounts,
    private readonly provisioning: Provisioning,
    private readonly change: FencedChange,
    private readonly storePlan: StorePlan,
    private readonly roles: ConfiguredRoles,
    private readonly clientRoles: ClientRoles,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed` with pointers, `forbidden`, `not_found` (realm), `conflict`, `precondition_failed`, `unavailable`. */
  async execute(request: Request, context: CallContext): Promise<ConfigurationResult> {
    checkDocument(request);
    requireMayCompare(request.actor, request.configuration);
    return untilFresh(() => this.attempt(request, context));
  }

  private async attempt(request: Request, context: CallContext): Promise<ConfigurationResult> {
    const { actor, configuration, secrets, dryRun } = request;
    const stored = await this.stored.concernedBy(request.realmId, configuration);
    const plan = planRegistry(stored, configuration, secrets, { now: this.clock.now(), makeId: uuidv7 });
    if (!dryRun) {
      requireMayApply(actor, plan);
      if (plan.clients.some(({ before, after }) => widensTrustedSignIn(before, after))) requireMayTrustSignIn(actor);
    }
    const facts = { actor, configuration, stored, plan };
    const planned = await this.roles.plan(facts, dryRun ? 'plan' : 'check', context);
    const found = { changes: [...configurationChanges(plan), ...planned.changes], impact: planned.impact };
    const digest = planDigest(stored.realm.id, found);
    const result = { ...abridged(found.changes), impact: found.impact, digest };
    if (dryRun) return result;
    requireAgreedPlan(request.planDigest, digest);
    const clients = await this.applyRegistry(request, stored, plan, context);
    // Also of what was deleted before: whoever applies again because roles was away is not told that all is done until it is.
    if (configuration.prune === true) await this.clientRoles.followDeletions(stored.realm.id, undefined, context);
    if (planned.changes.length > 0) {
      await this.roles.apply(facts, planned, clients, request.planDigest === null ? null : planned.changes, context);
    }
    return result;
  }

  /** The registry's own part. @returns the clients that the configuration speaks of, as they are now. */
  private async applyRegistry(
    request: Request,
    stored: StoredRealm,
    plan: RegistryPlan,
    context: CallContext,
  ): Promise<ReadonlyMap<string, Client>> {
    if (isEmptyPlan(plan)) return stored.clients;
    await this.refuseTakeovers(request.actor, stored.realm, plan, context);
    const holding = rolesOfDisabledAccounts(request.configuration, (clientId) => !stored.clients.has(clientId));
    const enabled = plan.clients
      .filter((planned) => enablesAccount(planned) || holding.has(planned.after.clientId))
      .map(({ after }) => after);
    // Every service account works before the first change is committed; if anything fails all go back to what is stored.
    const { followUps, clients } = await this.serviceAccounts.whileEnablingAll(
      stored.realm,
      enabled,
      context,
      (accounts) => this.apply(request, stored.realm, plan, accounts, context),
    );
    await this.provisioning.giveUpAll(stored.realm.id, followUps, context);
    const now = new Map(clientsAfter(stored, plan));
    for (const client of clients) now.set(client.clientId, client);
    return now;
  }

  /** Bringing a secret along is as good as being shown one; a client that acts again may be one whose secret is known. */
  private async refuseTakeovers(actor: Actor, realm: Realm, plan: RegistryPlan, context: CallContext): Promise<void> {
    for (const { before, after } of plan.clients) {
      if (before === null || (after.secrets === before.secrets && !actsAgain(before, after))) continue;
      await this.takeovers.check(actor, { realm, client: before }, context);
    }
  }

  private async apply(
    { actor }: Request,
    realm: Realm,
    plan: RegistryPlan,
    accounts: EnabledAccounts,
    context: CallContext,
  ): Promise<StoredPlan> {
    const concerned = [...plan.clients.map(({ after }) => after), ...plan.deleted];
    const targets = [...(plan.realm === null ? [] : [realmTarget(realm.name)]), ...concerned.map(clientTarget)];
    try {
      return await this.change.run(targets, context, (transaction) =>
        this.storePlan.execute(transaction, realm, plan, accounts, { actor, context }),
      );
    } catch (error) {
      // Nothing is renamed, so somebody has just made it: perhaps by the same configuration.
      if (error instanceof AppError && error.reason === CLIENT_ID_TAKEN) throw new StaleReadError();
      throw error;
    }
  }
}

function enablesAccount({ before, after }: PlannedClient): boolean {
  return after.serviceAccountEnabled && before?.serviceAccountEnabled !== true;
}

function checkDocument({ configuration }: Request): void {
  const fields = configurationProblems(configuration).map(({ pointer, message }) => fieldErrorAt(pointer, message));
  if (fields.length > 0) throw new AppError('validation_failed', { fields });
}
