import { Module } from '@nestjs/common';
import { IngestEvents } from './application/ingest-events.js';
import { ListEvents } from './application/list-events.js';
import { ListTokensCarrying } from './application/list-tokens-carrying.js';
import { ShowPoison } from './application/show-poison.js';
import { ReadEvent } from './application/read-event.js';
import { ReadPastAuthority } from './application/read-past-authority.js';
import { ApplyRetention } from './application/apply-retention.js';
import { ReadHistogram } from './application/read-histogram.js';
import { ReadRetention } from './application/read-retention.js';
import { SetRetention } from './application/set-retention.js';
import { AuditLog } from './domain/audit-log.js';
import { HistoryLog } from './domain/history/history-log.js';
import { IngestObserver } from './domain/ingest-observer.js';
import { PoisonStore } from './domain/poison-store.js';
import { RetentionStore } from './domain/retention-store.js';
import { PrometheusIngestObserver } from './infrastructure/metrics/prometheus-ingest-observer.js';
import { EventAppender } from './infrastructure/persistence/event-appender.js';
import { LeafNumbering, LockOnly } from './infrastructure/persistence/leaf-numbering.js';
import { TypeOrmAuditLog } from './infrastructure/persistence/typeorm-audit-log.js';
import { TypeOrmHistoryLog } from './infrastructure/persistence/typeorm-history-log.js';
import { TypeOrmPoisonStore } from './infrastructure/persistence/typeorm-poison-store.js';
import { TypeOrmRetentionStore } from './infrastructure/persistence/typeorm-retention-store.js';
import { AuditEventConsumer } from './transport/audit-event.consumer.js';
import { AuditEventController } from './transport/audit-event.controller.js';
import { HistogramController } from './transport/histogram.controller.js';
import { HistoryController } from './transport/history.controller.js';
import { PoisonController } from './transport/poison.controller.js';
import { RetentionController } from './transport/retention.controller.js';
import { RetentionSchedule } from './transport/retention.schedule.js';

/** Composition root of the audit service. */
@Module({
  controllers: [
    AuditEventConsumer,
    AuditEventController,
    HistoryController,
    HistogramController,
    PoisonController,
    RetentionController,
  ],
  providers: [
    IngestEvents,
    ListEvents,
    ShowPoison,
    ReadEvent,
    ListTokensCarrying,
    ReadPastAuthority,
    ReadHistogram,
    ReadRetention,
    SetRetention,
    ApplyRetention,
    RetentionSchedule,
    EventAppender,
    { provide: AuditLog, useClass: TypeOrmAuditLog },
    { provide: LeafNumbering, useClass: LockOnly },
    { provide: PoisonStore, useClass: TypeOrmPoisonStore },
    { provide: RetentionStore, useClass: TypeOrmRetentionStore },
    { provide: HistoryLog, useClass: TypeOrmHistoryLog },
    { provide: IngestObserver, useClass: PrometheusIngestObserver },
  ],
})
export class AuditModule {}
