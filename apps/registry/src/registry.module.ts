import { SqlKeptAnswers } from '#database';
import { Clock } from '#host';
import { IdempotentCreation, KeptAnswers } from '#idempotency';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { AddClientUri } from './application/add-client-uri.js';
import { ApplyConfiguration } from './application/apply-configuration.js';
import { AuditEvents } from './application/audit-events.js';
import { ClearRealm } from './application/clear-realm.js';
import { ClientChanger } from './application/client-changer.js';
import { ClientUriChanger } from './application/client-uri-changer.js';
import { CreateClientSecret } from './application/create-client-secret.js';
import { CreateRealm } from './application/create-realm.js';
import { DeleteClientSecret } from './application/delete-client-secret.js';
import { DeleteClient } from './application/delete-client.js';
import { DeleteRealm } from './application/delete-realm.js';
import { EnsureMasterRealm } from './application/ensure-master-realm.js';
import { ExportConfiguration } from './application/export-configuration.js';
import { FencedChange } from './application/fenced-change.js';
import { ForgetOldAnswers } from './application/forget-old-answers.js';
import { ForgetOldTombstones } from './application/forget-old-tombstones.js';
import { GiveUpStaleProvisions } from './application/give-up-stale-provisions.js';
import { ListClientSecrets } from './application/list-client-secrets.js';
import { ListClientUris } from './application/list-client-uris.js';
import { ListClients } from './application/list-clients.js';
import { ListRealms } from './application/list-realms.js';
import { LoadClientSnapshots } from './application/load-client-snapshots.js';
import { LoadRealmSnapshots } from './application/load-realm-snapshots.js';
import { Provisioning } from './application/provisioning.js';
import { ReadClientUri } from './application/read-client-uri.js';
import { ReadClient } from './application/read-client.js';
import { ReadRealm } from './application/read-realm.js';
import { ReconcileRealmName } from './application/reconcile-realm-name.js';
import { ReconcileServiceAccount } from './application/reconcile-service-account.js';
import { RegisterClient } from './application/register-client.js';
import { RemoveClientUri } from './application/remove-client-uri.js';
import { RotateClientSecret } from './application/rotate-client-secret.js';
import { ServiceAccounts } from './application/service-accounts.js';
import { ClientRoles } from './application/client-roles.js';
import { TakeoverGuard } from './application/takeover-guard.js';
import { TouchClientSecrets } from './application/touch-client-secrets.js';
import { UpdateClientUri } from './application/update-client-uri.js';
import { ConfiguredRoles } from './application/configured-roles.js';
import { TokenImpacts } from './application/token-impacts.js';
import { StorePlan } from './application/store-plan.js';
import { StoreSideUris } from './application/store-side-uris.js';
import { StoredConfiguration } from './application/stored-configuration.js';
import { UpdateClient } from './application/update-client.js';
import { UpdateRealm } from './application/update-realm.js';
import { ClientUriRepository } from './domain/client-uri.js';
import { Milestones } from './domain/milestones.js';
import { RegistryTransactions } from './domain/registry-transactions.js';
import { ClientRepository, RealmRepository, SnapshotRepository } from './domain/repositories.js';
import { SecretUseRepository } from './domain/secret-use.js';
import { TypeOrmClientRepository } from './infrastructure/persistence/typeorm-client.repository.js';
import { TypeOrmClientUris } from './infrastructure/persistence/typeorm-client-uris.js';
import { TypeOrmMilestones } from './infrastructure/persistence/typeorm-milestones.js';
import { TypeOrmRealmRepository } from './infrastructure/persistence/typeorm-realm.repository.js';
import { TypeOrmRegistryTransactions } from './infrastructure/persistence/typeorm-registry-transactions.js';
import { TypeOrmSecretUseRepository } from './infrastructure/persistence/typeorm-secret-use.repository.js';
import { TypeOrmSnapshotRepository } from './infrastructure/persistence/typeorm-snapshot.repository.js';
import { BackgroundWork } from './transport/background-work.js';
import { ClientSecretController } from './transport/client-secret.controller.js';
import { ClientUriController } from './transport/client-uri.controller.js';
import { ClientController } from './transport/client.controller.js';
import { ConfigurationController } from './transport/configuration.controller.js';
import { RealmController } from './transport/realm.controller.js';
import { SnapshotController } from './transport/snapshot.controller.js';

const USE_CASES = [
  CreateRealm,
  ReadRealm,
  ListRealms,
  UpdateRealm,
  DeleteRealm,
  ClearRealm,
  RegisterClient,
  ReadClient,
  ListClients,
  UpdateClient,
  DeleteClient,
  RotateClientSecret,
  ListClientSecrets,
  CreateClientSecret,
  DeleteClientSecret,
  TouchClientSecrets,
  ListClientUris,
  AddClientUri,
  ReadClientUri,
  UpdateClientUri,
  RemoveClientUri,
  LoadRealmSnapshots,
  LoadClientSnapshots,
  EnsureMasterRealm,
  GiveUpStaleProvisions,
  ForgetOldTombstones,
  ForgetOldAnswers,
  ExportConfiguration,
  ApplyConfiguration,
];

/** Composition root of the registry. */
@Module({
  controllers: [
    RealmController,
    ClientController,
    ClientSecretController,
    ClientUriController,
    SnapshotController,
    ConfigurationController,
  ],
  providers: [
    ...USE_CASES,
    AuditEvents,
    ClientChanger,
    ClientUriChanger,
    FencedChange,
    Provisioning,
    ReconcileRealmName,
    ReconcileServiceAccount,
    ServiceAccounts,
    ClientRoles,
    TakeoverGuard,
    StorePlan,
    StoreSideUris,
    StoredConfiguration,
    ConfiguredRoles,
    TokenImpacts,
    BackgroundWork,
    { provide: RealmRepository, useClass: TypeOrmRealmRepository },
    { provide: ClientRepository, useClass: TypeOrmClientRepository },
    { provide: SnapshotRepository, useClass: TypeOrmSnapshotRepository },
    { provide: RegistryTransactions, useClass: TypeOrmRegistryTransactions },
    {
      provide: ClientUriRepository,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new TypeOrmClientUris(dataSource.manager),
    },
    { provide: SecretUseRepository, useClass: TypeOrmSecretUseRepository },
    {
      provide: KeptAnswers,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new SqlKeptAnswers(dataSource, 'registry', 'registry.realms'),
    },
    {
      provide: IdempotentCreation,
      inject: [KeptAnswers, Clock],
      useFactory: (answers: KeptAnswers, clock: Clock) => new IdempotentCreation(answers, clock),
    },
    { provide: Milestones, useClass: TypeOrmMilestones },
  ],
})
export class RegistryModule {}
