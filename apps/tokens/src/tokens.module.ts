import { MasterKey } from '#envelope';
import { Logger } from '#observability';
import { Module } from '@nestjs/common';
import { DropExpiredKeys } from './application/drop-expired-keys.js';
import { EnsureActiveKey } from './application/ensure-active-key.js';
import { EvaluateBearer } from './application/evaluate-bearer.js';
import { TokenSize } from './application/issuance/token-size.js';
import { IssueToken } from './application/issue-token.js';
import { ListSigningKeys } from './application/list-signing-keys.js';
import { LoadActiveKeys } from './application/load-active-keys.js';
import { MakeSigningKey } from './application/make-signing-key.js';
import { PreviewToken } from './application/preview-token.js';
import { ProvisionRealmKeys } from './application/provision-realm-keys.js';
import { ReadHints } from './application/read-hints.js';
import { ReadKeySet } from './application/read-key-set.js';
import { ReadMetadata } from './application/read-metadata.js';
import { RemoveRealmKeys } from './application/remove-realm-keys.js';
import { ReportUsedSecrets } from './application/report-used-secrets.js';
import { RotateSigningKey } from './application/rotate-signing-key.js';
import { SigningKeys } from './application/signing-keys.js';
import { VerificationKeys } from './application/verification-keys.js';
import { VerifiedBearers } from './application/verified-bearers.js';
import { TokensSettings } from './config.js';
import { IssuanceObserver } from './domain/issuance-observer.js';
import { Issuers } from './domain/issuers.js';
import { KeyVault } from './domain/key-vault.js';
import { SigningKeyRepository } from './domain/signing-key.repository.js';
import { TokenCodec } from './domain/token-codec.js';
import { RecordedAuthentications } from './domain/recorded-authentications.js';
import { UsedSecrets } from './domain/used-secrets.js';
import { JoseKeyVault } from './infrastructure/keys/jose-key-vault.js';
import { JoseTokenCodec } from './infrastructure/keys/jose-token-codec.js';
import { MasterKeyCheck } from './infrastructure/keys/master-key.check.js';
import { PrometheusIssuanceObserver } from './infrastructure/metrics/prometheus-issuance-observer.js';
import { TypeOrmSigningKeyRepository } from './infrastructure/persistence/typeorm-signing-key.repository.js';
import { DiscoveryController } from './transport/discovery.controller.js';
import { ExpiredKeysSchedule } from './transport/expired-keys.schedule.js';
import { SigningKeyController } from './transport/signing-key.controller.js';
import { TokenController } from './transport/token.controller.js';
import { UsedSecretsSchedule } from './transport/used-secrets.schedule.js';

/** Composition root of the tokens service. */
@Module({
  controllers: [TokenController, DiscoveryController, SigningKeyController],
  providers: [
    DropExpiredKeys,
    EnsureActiveKey,
    EvaluateBearer,
    IssueToken,
    ListSigningKeys,
    LoadActiveKeys,
    MakeSigningKey,
    PreviewToken,
    ProvisionRealmKeys,
    ReadHints,
    ReadKeySet,
    ReadMetadata,
    RemoveRealmKeys,
    ReportUsedSecrets,
    RotateSigningKey,
    SigningKeys,
    VerificationKeys,
    VerifiedBearers,
    ExpiredKeysSchedule,
    UsedSecretsSchedule,
    MasterKeyCheck,
    {
      provide: Issuers,
      inject: [TokensSettings],
      useFactory: (settings: TokensSettings) => new Issuers(settings.publicUrl),
    },
    {
      provide: MasterKey,
      inject: [TokensSettings],
      useFactory: (settings: TokensSettings) => new MasterKey(settings.masterKey),
    },
    { provide: KeyVault, inject: [MasterKey], useFactory: (masterKey: MasterKey) => new JoseKeyVault(masterKey) },
    {
      provide: TokenSize,
      inject: [TokensSettings, IssuanceObserver, Logger],
      useFactory: (settings: TokensSettings, observer: IssuanceObserver, logger: Logger) => {
        const { accessTokenWarnBytes: warnBytes, accessTokenMaxBytes: maxBytes } = settings;
        return new TokenSize({ warnBytes, maxBytes }, observer, logger);
      },
    },
    { provide: UsedSecrets, useFactory: () => new UsedSecrets() },
    { provide: RecordedAuthentications, useFactory: () => new RecordedAuthentications() },
    { provide: TokenCodec, useFactory: () => new JoseTokenCodec() },
    { provide: SigningKeyRepository, useClass: TypeOrmSigningKeyRepository },
    { provide: IssuanceObserver, useClass: PrometheusIssuanceObserver },
  ],
})
export class TokensModule {}
