import { Module } from '@nestjs/common';
import { IngestEvents } from './application/ingest-events.js';
import { ListEvents } from './application/list-events.js';
import { ListTokensCarrying } from './application/list-tokens-carrying.js';
import { ReadEvent } from './application/read-event.js';
import { ReadPastAuthority } from './application/read-past-authority.js';
import { AuditLog } from './domain/audit-log.js';
import { HistoryLog } from './domain/history/history-log.js';
import { IngestObserver } from './domain/ingest-observer.js';
import { PrometheusIngestObserver } from './infrastructure/metrics/prometheus-ingest-observer.js';
import { LeafNumbering, LockOnly } from './infrastructure/persistence/leaf-numbering.js';
import { TypeOrmAuditLog } from './infrastructure/persistence/typeorm-audit-log.js';
import { TypeOrmHistoryLog } from './infrastructure/persistence/typeorm-history-log.js';
import { AuditEventConsumer } from './transport/audit-event.consumer.js';
import { AuditEventController } from './transport/audit-event.controller.js';
import { HistoryController } from './transport/history.controller.js';

/** Composition root of the audit service. */
@Module({
  controllers: [AuditEventConsumer, AuditEventController, HistoryController],
  providers: [
    IngestEvents,
    ListEvents,
    ReadEvent,
    ListTokensCarrying,
    ReadPastAuthority,
    { provide: AuditLog, useClass: TypeOrmAuditLog },
    { provide: LeafNumbering, useClass: LockOnly },
    { provide: HistoryLog, useClass: TypeOrmHistoryLog },
    { provide: IngestObserver, useClass: PrometheusIngestObserver },
  ],
})
export class AuditModule {}
