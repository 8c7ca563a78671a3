import { MasterKey } from '#envelope';
import { Module } from '@nestjs/common';
import { ErasePersonalData } from './application/erase-personal-data.js';
import { IngestEvents } from './application/ingest-events.js';
import { ListCheckpointKeys } from './application/list-checkpoint-keys.js';
import { ListCheckpoints } from './application/list-checkpoints.js';
import { ListEvents } from './application/list-events.js';
import { ListTokensCarrying } from './application/list-tokens-carrying.js';
import { ShowPoison } from './application/show-poison.js';
import { ProveConsistency } from './application/prove-consistency.js';
import { ProveEvent } from './application/prove-event.js';
import { ReadCheckpoint } from './application/read-checkpoint.js';
import { ReadEvent } from './application/read-event.js';
import { ReadExportPage } from './application/read-export-page.js';
import { ReadExport } from './application/read-export.js';
import { ReadFeed } from './application/read-feed.js';
import { SignCheckpoint } from './application/sign-checkpoint.js';
import { SignDueCheckpoints } from './application/sign-due-checkpoints.js';
import { AuditSettings } from './config.js';
import { ReadPastAuthority } from './application/read-past-authority.js';
import { ApplyRetention } from './application/apply-retention.js';
import { ReadHistogram } from './application/read-histogram.js';
import { ReadRetention } from './application/read-retention.js';
import { SetRetention } from './application/set-retention.js';
import { AuditLog } from './domain/audit-log.js';
import { CheckpointKeys } from './domain/checkpoint-keys.js';
import { Checkpoints } from './domain/checkpoints.js';
import { ErasureStore } from './domain/erasure-store.js';
import { HistoryLog } from './domain/history/history-log.js';
import { IngestObserver } from './domain/ingest-observer.js';
import { PoisonStore } from './domain/poison-store.js';
import { LogTrees } from './domain/log-trees.js';
import { RetentionStore } from './domain/retention-store.js';
import { ForwardingModule } from './forwarding.module.js';
import { SealedCheckpointKeys } from './infrastructure/keys/sealed-checkpoint-keys.js';
import { PrometheusIngestObserver } from './infrastructure/metrics/prometheus-ingest-observer.js';
import { EventAppender } from './infrastructure/persistence/event-appender.js';
import { LeafNumbering } from './infrastructure/persistence/leaf-numbering.js';
import { MerkleNumbering } from './infrastructure/persistence/merkle-numbering.js';
import { TypeOrmCheckpoints } from './infrastructure/persistence/typeorm-checkpoints.js';
import { TypeOrmLogTrees } from './infrastructure/persistence/typeorm-log-trees.js';
import { TypeOrmAuditLog } from './infrastructure/persistence/typeorm-audit-log.js';
import { TypeOrmErasureStore } from './infrastructure/persistence/typeorm-erasure-store.js';
import { TypeOrmHistoryLog } from './infrastructure/persistence/typeorm-history-log.js';
import { TypeOrmPoisonStore } from './infrastructure/persistence/typeorm-poison-store.js';
import { TypeOrmRetentionStore } from './infrastructure/persistence/typeorm-retention-store.js';
import { AuditEventConsumer } from './transport/audit-event.consumer.js';
import { AuditEventController } from './transport/audit-event.controller.js';
import { AuditProofController } from './transport/audit-proof.controller.js';
import { CheckpointSchedule } from './transport/checkpoint.schedule.js';
import { ErasureController } from './transport/erasure.controller.js';
import { HistogramController } from './transport/histogram.controller.js';
import { HistoryController } from './transport/history.controller.js';
import { PoisonController } from './transport/poison.controller.js';
import { RetentionController } from './transport/retention.controller.js';
import { RetentionSchedule } from './transport/retention.schedule.js';
import { StreamController } from './transport/stream.controller.js';

/** Composition root of the audit service. */
@Module({
  imports: [ForwardingModule],
  controllers: [
    AuditEventConsumer,
    AuditEventController,
    HistoryController,
    HistogramController,
    PoisonController,
    AuditProofController,
    RetentionController,
    StreamController,
    ErasureController,
  ],
  providers: [
    IngestEvents,
    ListEvents,
    ShowPoison,
    ReadEvent,
    SignCheckpoint,
    SignDueCheckpoints,
    ReadCheckpoint,
    ListCheckpoints,
    ListCheckpointKeys,
    ProveEvent,
    ProveConsistency,
    ReadExport,
    ReadExportPage,
    ReadFeed,
    CheckpointSchedule,
    ListTokensCarrying,
    ReadPastAuthority,
    ReadHistogram,
    ReadRetention,
    SetRetention,
    ApplyRetention,
    ErasePersonalData,
    RetentionSchedule,
    EventAppender,
    { provide: AuditLog, useClass: TypeOrmAuditLog },
    { provide: PoisonStore, useClass: TypeOrmPoisonStore },
    { provide: LeafNumbering, useClass: MerkleNumbering },
    { provide: LogTrees, useClass: TypeOrmLogTrees },
    { provide: Checkpoints, useClass: TypeOrmCheckpoints },
    { provide: CheckpointKeys, useClass: SealedCheckpointKeys },
    {
      provide: MasterKey,
      inject: [AuditSettings],
      useFactory: (settings: AuditSettings) => new MasterKey(settings.masterKey),
    },
    { provide: RetentionStore, useClass: TypeOrmRetentionStore },
    { provide: ErasureStore, useClass: TypeOrmErasureStore },
    { provide: HistoryLog, useClass: TypeOrmHistoryLog },
    { provide: IngestObserver, useClass: PrometheusIngestObserver },
  ],
})
export class AuditModule {}
