import { ReadAuditHistogram, type AuditHistogram, type RequestOf } from '#contracts';
import { Handles } from '#messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ReadHistogram } from '../application/read-histogram.js';
import { decodeInstant } from './event-filter.codec.js';

/** Answers how many events there were. */
@Controller()
export class HistogramController {
  constructor(private readonly readHistogram: ReadHistogram) {}

  @Handles(ReadAuditHistogram)
  read(@Payload() request: RequestOf<typeof ReadAuditHistogram>): Promise<AuditHistogram> {
    return this.readHistogram.execute({
      realm: { name: request.realm, id: request.realmId },
      filter: request.filter,
      from: decodeInstant(request.from, 'from'),
      to: decodeInstant(request.to, 'to'),
      bucket: request.bucket,
    });
  }
}
