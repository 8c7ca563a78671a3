import { SqlKeptAnswers } from '#database';
import { Clock } from '#host';
import { IdempotentCreation, KeptAnswers } from '#idempotency';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { availableParallelism } from 'node:os';
import { ChangeUser } from './application/change-user.js';
import { EnsureAdministrator } from './application/ensure-administrator.js';
import { AccountAuthority } from './application/account-authority.js';
import { CreateUser } from './application/create-user.js';
import { DeleteUser } from './application/delete-user.js';
import { ListUsers } from './application/list-users.js';
import { PasswordRules } from './application/password-rules.js';
import { ResetPassword } from './application/reset-password.js';
import { UpdateUser } from './application/update-user.js';
import { EnsureServiceAccounts } from './application/ensure-service-accounts.js';
import { EnsureServiceAccount } from './application/ensure-service-account.js';
import { FindUsers } from './application/find-users.js';
import { LoadUsers } from './application/load-users.js';
import { NameRealm } from './application/name-realm.js';
import { ReadServiceAccount } from './application/read-service-account.js';
import { ReadUser } from './application/read-user.js';
import { RemoveRealmUsers } from './application/remove-realm-users.js';
import { RemoveServiceAccount } from './application/remove-service-account.js';
import { VerifyPassword } from './application/verify-password.js';
import { IdentitySettings } from './config.js';
import { BootstrapNotice } from './domain/bootstrap-notice.js';
import { BoundedWork } from './domain/bounded-work.js';
import { PasswordHasher } from './domain/password-hasher.js';
import { PasswordObserver } from './domain/password-observer.js';
import { SignInLimits } from './domain/sign-in-limits.js';
import { UserStore } from './domain/user-store.js';
import { Argon2PasswordHasher } from './infrastructure/hashing/argon2-password-hasher.js';
import { PrometheusPasswordObserver } from './infrastructure/metrics/prometheus-password-observer.js';
import { StdoutBootstrapNotice } from './infrastructure/notice/stdout-bootstrap-notice.js';
import { TypeOrmUserStore } from './infrastructure/persistence/typeorm-user-store.js';
import { DirectoryController } from './transport/directory.controller.js';
import { PasswordController } from './transport/password.controller.js';
import { ProvisioningController } from './transport/provisioning.controller.js';
import { UserController } from './transport/user.controller.js';

/**
 * Hashing runs on libuv's pool (four threads unless told otherwise), which names and files need too: one stays free. At
 * 30 ms a hash the queue is worth about a second.
 */
const HASHING = { maxRunning: Math.min(3, availableParallelism()), maxWaiting: 64 };

/** Composition root of the identity service. */
@Module({
  controllers: [DirectoryController, PasswordController, ProvisioningController, UserController],
  providers: [
    AccountAuthority,
    ChangeUser,
    CreateUser,
    DeleteUser,
    EnsureServiceAccount,
    EnsureServiceAccounts,
    ListUsers,
    FindUsers,
    LoadUsers,
    NameRealm,
    ReadServiceAccount,
    ReadUser,
    RemoveRealmUsers,
    RemoveServiceAccount,
    PasswordRules,
    ResetPassword,
    UpdateUser,
    VerifyPassword,
    {
      provide: KeptAnswers,
      inject: [DataSource],
      useFactory: (data: DataSource) => new SqlKeptAnswers(data, 'identity'),
    },
    {
      provide: IdempotentCreation,
      inject: [KeptAnswers, Clock],
      useFactory: (answers: KeptAnswers, clock: Clock) => new IdempotentCreation(answers, clock),
    },
    { provide: UserStore, useClass: TypeOrmUserStore },
    { provide: PasswordHasher, useClass: Argon2PasswordHasher },
    { provide: PasswordObserver, useClass: PrometheusPasswordObserver },
    { provide: BoundedWork, useFactory: () => new BoundedWork(HASHING) },
    { provide: SignInLimits, useFactory: () => new SignInLimits() },
    {
      provide: EnsureAdministrator,
      // The program that hosts the service may provide another notice; standalone does.
      inject: [
        ChangeUser,
        UserStore,
        PasswordHasher,
        IdentitySettings,
        Clock,
        { token: BootstrapNotice, optional: true },
      ],
      useFactory: (
        changeUser: ChangeUser,
        store: UserStore,
        hasher: PasswordHasher,
        settings: IdentitySettings,
        clock: Clock,
        notice: BootstrapNotice | undefined,
      ) => new EnsureAdministrator(changeUser, store, hasher, notice ?? new StdoutBootstrapNotice(), settings, clock),
    },
  ],
})
export class IdentityModule {}
