import {
  ApplyRoleConfiguration,
  EnsureServiceAccount,
  EnsureServiceAccounts,
  CheckClientRoles,
  GuardAccount,
  ExportRoleConfiguration,
  FindUsers,
  NameRealmOfRoles,
  NameRealmOfUsers,
  ProvisionRealmKeys,
  ProvisionRealmRoles,
  RemoveServiceAccount,
  RenameClientRoles,
  RetireClientRoles,
} from '#contracts';
import { FrozenClock } from '#host';
import { newCallContext } from '#messaging';
import { SilentLogger } from '#observability';
import { AddClientUri } from '../application/add-client-uri.js';
import { ApplyConfiguration } from '../application/apply-configuration.js';
import { AuditEvents } from '../application/audit-events.js';
import { ClientRoles } from '../application/client-roles.js';
import { ClientChanger } from '../application/client-changer.js';
import { ConfiguredRoles } from '../application/configured-roles.js';
import { ClientUriChanger } from '../application/client-uri-changer.js';
import { CreateClientSecret } from '../application/create-client-secret.js';
import { CreateRealm } from '../application/create-realm.js';
import { DeleteClientSecret } from '../application/delete-client-secret.js';
import { DeleteClient } from '../application/delete-client.js';
import { DeleteRealm } from '../application/delete-realm.js';
import { EnsureMasterRealm } from '../application/ensure-master-realm.js';
import { ExportConfiguration } from '../application/export-configuration.js';
import { FencedChange } from '../application/fenced-change.js';
import { GiveUpStaleProvisions } from '../application/give-up-stale-provisions.js';
import { Provisioning } from '../application/provisioning.js';
import { ReconcileRealmName } from '../application/reconcile-realm-name.js';
import { ReconcileServiceAccount } from '../application/reconcile-service-account.js';
import { RegisterClient } from '../application/register-client.js';
import { RemoveClientUri } from '../application/remove-client-uri.js';
import { RotateClientSecret } from '../application/rotate-client-secret.js';
import { ServiceAccounts } from '../application/service-accounts.js';
import { TakeoverGuard } from '../application/takeover-guard.js';
import { TokenImpacts } from '../application/token-impacts.js';
import { UpdateClientUri } from '../application/update-client-uri.js';
import { StorePlan } from '../application/store-plan.js';
import { StoreSideUris } from '../application/store-side-uris.js';
import { StoredConfiguration } from '../application/stored-configuration.js';
import { UpdateClient } from '../application/update-client.js';
import { UpdateRealm } from '../application/update-realm.js';
import type { ClientUriRepository } from '../domain/client-uri.js';
import type { Client } from '../domain/client.js';
import { IdempotentCreation, type KeptAnswers } from '#idempotency';
import type { Milestones } from '../domain/milestones.js';
import type { Realm } from '../domain/realm.js';
import type { RegistryTransactions } from '../domain/registry-transactions.js';
import type { ClientRepository, RealmRepository, SnapshotRepository } from '../domain/repositories.js';
import type { SecretUseRepository } from '../domain/secret-use.js';
import { aClient, aRealm, NOW } from './builders.js';
import { FakeMessageClient, FakeOutbox, FakeSnapshotWriter } from './fakes.js';

/** The adapters of every port. */
export interface Adapters {
  readonly realms: RealmRepository;
  readonly clients: ClientRepository;
  readonly snapshots: SnapshotRepository;
  readonly transactions: RegistryTransactions;
  readonly uris: ClientUriRepository;
  readonly secretUses: SecretUseRepository;
  readonly milestones: Milestones;
  readonly answers: KeptAnswers;
}

/** Every use case over given adapters, with other services that answer as they should. */
export class TestBench<A extends Adapters = Adapters> {
  readonly clock = new FrozenClock(NOW);
  readonly context = newCallContext({ deadlineMs: 5_000, requestId: 'test-request' });
  readonly writer = new FakeSnapshotWriter();
  readonly outbox = new FakeOutbox();
  readonly messages = new FakeMessageClient()
    .on(ProvisionRealmRoles, () => ({}))
    .on(ProvisionRealmKeys, () => ({}))
    .on(GuardAccount, () => ({}))
    .on(CheckClientRoles, () => ({}))
    .on(RetireClientRoles, () => ({}))
    .on(RenameClientRoles, () => ({}))
    .on(EnsureServiceAccount, ({ userId }) => ({ userId }))
    .on(EnsureServiceAccounts, ({ accounts }) => ({ userIds: accounts.map(({ userId }) => userId) }))
    .on(RemoveServiceAccount, () => ({}))
    .on(ApplyRoleConfiguration, () => ({ changes: [], authority: [], complete: true }))
    .on(ExportRoleConfiguration, () => ({ scopes: [], assignments: [] }))
    .on(FindUsers, ({ usernames }) => ({ byUsername: usernames.map(() => null), byId: [] }))
    .on(NameRealmOfUsers, () => ({}))
    .on(NameRealmOfRoles, () => ({}));
  readonly createRealm: CreateRealm;
  readonly updateRealm: UpdateRealm;
  readonly deleteRealm: DeleteRealm;
  readonly registerClient: RegisterClient;
  readonly updateClient: UpdateClient;
  readonly deleteClient: DeleteClient;
  readonly rotateClientSecret: RotateClientSecret;
  readonly createClientSecret: CreateClientSecret;
  readonly deleteClientSecret: DeleteClientSecret;
  readonly addClientUri: AddClientUri;
  readonly updateClientUri: UpdateClientUri;
  readonly removeClientUri: RemoveClientUri;
  readonly ensureMasterRealm: EnsureMasterRealm;
  readonly giveUpStaleProvisions: GiveUpStaleProvisions;

  readonly exportConfiguration: ExportConfiguration;
  readonly applyConfiguration: ApplyConfiguration;

  constructor(readonly adapters: A) {
    const { realms, clients, transactions, milestones, answers } = adapters;
    const { clock, messages, outbox } = this;
    const logger = new SilentLogger();
    const audit = new AuditEvents(clock);
    const change = new FencedChange(this.writer, transactions, outbox);
    const changer = new ClientChanger(realms, clients, change);
    const reconcile = new ReconcileServiceAccount(realms, clients, messages);
    const provisioning = new Provisioning(
      transactions,
      reconcile,
      new ReconcileRealmName(realms, messages),
      outbox,
      clock,
      logger,
    );
    const idempotent = new IdempotentCreation(answers, clock);
    const accounts = new ServiceAccounts(messages, provisioning);
    const takeovers = new TakeoverGuard(messages);
    const roles = new ClientRoles(clients, messages);
    this.createRealm = new CreateRealm(realms, messages, provisioning, idempotent, change, audit, clock);
    this.updateRealm = new UpdateRealm(realms, provisioning, change, audit, clock);
    this.deleteRealm = new DeleteRealm(realms, change, audit);
    this.registerClient = new RegisterClient(realms, accounts, idempotent, change, audit, clock);
    this.updateClient = new UpdateClient(clients, changer, accounts, provisioning, roles, takeovers, audit, clock);
    this.deleteClient = new DeleteClient(changer, roles, audit);
    this.rotateClientSecret = new RotateClientSecret(changer, takeovers, audit, clock);
    this.createClientSecret = new CreateClientSecret(changer, takeovers, idempotent, audit, clock);
    this.deleteClientSecret = new DeleteClientSecret(changer, audit, clock);
    const uriChanger = new ClientUriChanger(changer, audit, clock);
    this.addClientUri = new AddClientUri(uriChanger, idempotent, clock);
    this.updateClientUri = new UpdateClientUri(uriChanger, clock);
    this.removeClientUri = new RemoveClientUri(uriChanger);
    this.ensureMasterRealm = new EnsureMasterRealm(realms, milestones, this.createRealm, messages, logger);
    this.giveUpStaleProvisions = new GiveUpStaleProvisions(transactions, provisioning, clock);
    const stored = new StoredConfiguration(realms, clients, adapters.uris);
    const storePlan = new StorePlan(provisioning, new StoreSideUris(audit), audit);
    this.exportConfiguration = new ExportConfiguration(stored, messages);
    this.applyConfiguration = new ApplyConfiguration(
      stored,
      takeovers,
      accounts,
      provisioning,
      change,
      storePlan,
      new ConfiguredRoles(messages, new TokenImpacts(messages, clients)),
      roles,
      clock,
    );
  }

  /** Stores a realm without other services or events. */
  storeRealm(facts: Partial<Realm> = {}): Promise<Realm> {
    return this.adapters.transactions.run((transaction) => transaction.insertRealm(aRealm(facts)));
  }

  /** Stores a client without other services or events. */
  storeClient(realm: Realm, facts: Partial<Client> = {}): Promise<Client> {
    return this.adapters.transactions.run((transaction) => transaction.insertClient(aClient(realm, facts)));
  }
}
