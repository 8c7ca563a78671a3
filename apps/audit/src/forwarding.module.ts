import { SqlKeptAnswers } from '#database';
import { MasterKey } from '#envelope';
import { Clock } from '#host';
import { IdempotentCreation, KeptAnswers } from '#idempotency';
import { Module } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { CreateWebhook } from './application/forwarding/create-webhook.js';
import { DeleteWebhook } from './application/forwarding/delete-webhook.js';
import { ForwardToSink } from './application/forwarding/forward-to-sink.js';
import { ForwardToWebhook, WebhookRetries } from './application/forwarding/forward-to-webhook.js';
import { ListWebhookDeliveries } from './application/forwarding/list-webhook-deliveries.js';
import { ListWebhooks } from './application/forwarding/list-webhooks.js';
import { ReadWebhook } from './application/forwarding/read-webhook.js';
import { RetryWebhookDelivery } from './application/forwarding/retry-webhook-delivery.js';
import { RotateWebhookSecret } from './application/forwarding/rotate-webhook-secret.js';
import { UpdateWebhook } from './application/forwarding/update-webhook.js';
import { AuditSettings } from './config.js';
import { ForwardingObserver } from './domain/forwarding/forwarding-observer.js';
import { ForwardingStore } from './domain/forwarding/forwarding-store.js';
import { LogFeed } from './domain/forwarding/log-feed.js';
import { LogSinks } from './domain/forwarding/log-sink.js';
import { WebhookTargets } from './domain/forwarding/webhook-policy.js';
import { SecretBox, WebhookSender } from './domain/forwarding/webhook-sender.js';
import { WebhookStore } from './domain/forwarding/webhook-store.js';
import { otlpHeaders } from './forwarding.config.js';
import { EnvelopeSecretBox } from './infrastructure/forwarding/envelope-secret-box.js';
import { HttpWebhookSender } from './infrastructure/forwarding/http-webhook-sender.js';
import { OtlpSink } from './infrastructure/forwarding/otlp-sink.js';
import { SyslogSink } from './infrastructure/forwarding/syslog-sink.js';
import { PrometheusForwardingObserver } from './infrastructure/metrics/prometheus-forwarding-observer.js';
import { TypeOrmForwardingStore } from './infrastructure/persistence/typeorm-forwarding-store.js';
import { TypeOrmLogFeed } from './infrastructure/persistence/typeorm-log-feed.js';
import { TypeOrmWebhookStore } from './infrastructure/persistence/typeorm-webhook-store.js';
import { ForwardingSchedule } from './transport/forwarding.schedule.js';
import { WebhookController } from './transport/webhook.controller.js';

/** Composition of the ways out of the log: webhooks, syslog, OpenTelemetry. */
@Module({
  controllers: [WebhookController],
  providers: [
    CreateWebhook,
    UpdateWebhook,
    RotateWebhookSecret,
    DeleteWebhook,
    RetryWebhookDelivery,
    ListWebhooks,
    ReadWebhook,
    ListWebhookDeliveries,
    ForwardToWebhook,
    ForwardToSink,
    ForwardingSchedule,
    { provide: KeptAnswers, inject: [DataSource], useFactory: (data: DataSource) => new SqlKeptAnswers(data, 'audit') },
    {
      provide: IdempotentCreation,
      inject: [KeptAnswers, Clock],
      useFactory: (answers: KeptAnswers, clock: Clock) => new IdempotentCreation(answers, clock),
    },
    { provide: WebhookStore, useClass: TypeOrmWebhookStore },
    { provide: ForwardingStore, useClass: TypeOrmForwardingStore },
    { provide: LogFeed, useClass: TypeOrmLogFeed },
    { provide: WebhookSender, useClass: HttpWebhookSender },
    { provide: ForwardingObserver, useClass: PrometheusForwardingObserver },
    {
      provide: SecretBox,
      inject: [AuditSettings],
      useFactory: ({ masterKey }: AuditSettings) => new EnvelopeSecretBox(new MasterKey(masterKey)),
    },
    {
      provide: WebhookTargets,
      inject: [AuditSettings],
      useFactory: (settings: AuditSettings) =>
        new WebhookTargets(settings.webhookAllowHttp, settings.webhookAllowPrivateAddresses),
    },
    {
      provide: WebhookRetries,
      inject: [AuditSettings],
      useFactory: ({ webhookRetrySeconds }: AuditSettings) => new WebhookRetries(webhookRetrySeconds * 1_000),
    },
    {
      provide: LogSinks,
      inject: [AuditSettings],
      useFactory: (settings: AuditSettings) => {
        const { auditSyslogUrl: syslog, auditOtlpUrl: otlp } = settings;
        return new LogSinks([
          ...(syslog === undefined ? [] : [new SyslogSink(new URL(syslog))]),
          ...(otlp === undefined ? [] : [new OtlpSink(otlp, otlpHeaders(settings))]),
        ]);
      },
    },
  ],
  exports: [LogFeed],
})
export class ForwardingModule {}
