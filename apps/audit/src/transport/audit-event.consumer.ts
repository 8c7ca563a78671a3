import { AuditEventRecorded, type AuditEvent } from '#contracts';
import { HandlesDurable, type DurableBatch } from '#messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { IngestEvents } from '../application/ingest-events.js';

/** Takes recorded events off the stream; a batch is acknowledged once it is stored. */
@Controller()
export class AuditEventConsumer {
  constructor(private readonly ingestEvents: IngestEvents) {}

  @HandlesDurable(AuditEventRecorded)
  async ingest(@Payload() batch: DurableBatch<AuditEvent>): Promise<void> {
    await this.ingestEvents.execute(batch);
  }
}
