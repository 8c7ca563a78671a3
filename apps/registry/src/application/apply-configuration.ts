import {
  configurationProblems,
  type Actor,
  type ApplyConfiguration as ApplyConfigurationCall,
  type ConfigurationResult,
  type RequestOf,
} from '#contracts';
import { AppError } from '#errors';
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
} from '../domain/configuration-plan.js';
import type { Realm } from '../domain/realm.js';
import { requireMayTrustSignIn, widensTrustedSignIn } from '../domain/sign-in-trust.js';
import { configurationChanges } from './configuration-changes.js';
import { clientTarget, FencedChange, realmTarget } from './fenced-change.js';
import { Provisioning } from './provisioning.js';
import { ServiceAccounts, type EnabledAccount } from './service-accounts.js';
import { StoredConfiguration } from './stored-configuration.js';
import { StorePlan, type StoredPlan } from './store-plan.js';
import { untilFresh } from './stale-read.js';
import { TakeoverGuard } from './takeover-guard.js';

type Request = RequestOf<typeof ApplyConfigurationCall>;
type Accounts = ReadonlyMap<string, EnabledAccount>;

/**
 * Makes a realm what a configuration says, in one transaction, or says what that would change. Applying it again changes nothing,
 * and completes what a crash has left.
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
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed` with pointers, `forbidden`, `not_found` (realm), `conflict`, `unavailable`. */
  async execute(request: Request, context: CallContext): Promise<ConfigurationResult> {
    checkDocument(request);
    requireMayCompare(request.actor, request.configuration);
    return untilFresh(() => this.attempt(request, context));
  }

  private async attempt(request: Request, context: CallContext): Promise<ConfigurationResult> {
    const { actor, configuration, secrets, dryRun } = request;
    const stored = await this.stored.concernedBy(request.realmId, configuration);
    const plan = planRegistry(stored, configuration, secrets, { now: this.clock.now(), makeId: uuidv7 });
    const changes = configurationChanges(plan);
    if (dryRun || isEmptyPlan(plan)) return { changes };
    requireMayApply(actor, plan);
    if (plan.clients.some(({ before, after }) => widensTrustedSignIn(before, after))) requireMayTrustSignIn(actor);
    await this.refuseTakeovers(actor, stored.realm, plan, context);
    const enabled = plan.clients.filter(enablesAccount).map(({ after }) => after);
    // Every service account works before the first change is committed; if anything fails all go back to what is stored.
    const { followUps } = await this.serviceAccounts.whileEnablingAll(stored.realm, enabled, context, (accounts) =>
      this.apply(request, stored.realm, plan, accounts, context),
    );
    for (const followUp of followUps) await this.provisioning.giveUp(followUp, context);
    return { changes };
  }

  /** Bringing a secret along is as good as being shown one. */
  private async refuseTakeovers(actor: Actor, realm: Realm, plan: RegistryPlan, context: CallContext): Promise<void> {
    for (const { before, after } of plan.clients) {
      if (before === null || after.secrets === before.secrets) continue;
      await this.takeovers.check(actor, { realm, client: before }, context);
    }
  }

  private apply(
    { actor }: Request,
    realm: Realm,
    plan: RegistryPlan,
    accounts: Accounts,
    context: CallContext,
  ): Promise<StoredPlan> {
    const concerned = [...plan.clients.map(({ after }) => after), ...plan.deleted];
    const targets = [...(plan.realm === null ? [] : [realmTarget(realm.name)]), ...concerned.map(clientTarget)];
    return this.change.run(targets, context, (transaction) =>
      this.storePlan.execute(transaction, realm, plan, accounts, { actor, context }),
    );
  }
}

function enablesAccount({ before, after }: PlannedClient): boolean {
  return after.serviceAccountEnabled && before?.serviceAccountEnabled !== true;
}

function checkDocument({ configuration }: Request): void {
  const fields = configurationProblems(configuration).map(({ pointer, message }) => ({
    pointer,
    field: pointer.slice(1).replaceAll('/', '.'),
    message,
  }));
  if (fields.length > 0) throw new AppError('validation_failed', { fields });
}
