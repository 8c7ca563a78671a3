import { ReadAuditExport, ReadAuditFeed, type ReplyOf, type RequestOf } from '#contracts';
import { Handles } from '#messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ReadExportPage } from '../application/read-export-page.js';
import { ReadFeed } from '../application/read-feed.js';
import { decodeFilter } from './event-filter.codec.js';

/** The parts of which streams of the log are made: the bus carries messages, not streams. */
@Controller()
export class StreamController {
  constructor(
    private readonly readExportPage: ReadExportPage,
    private readonly readFeed: ReadFeed,
  ) {}

  @Handles(ReadAuditExport)
  exportPage(@Payload() request: RequestOf<typeof ReadAuditExport>): Promise<ReplyOf<typeof ReadAuditExport>> {
    return this.readExportPage.execute(request);
  }

  @Handles(ReadAuditFeed)
  async feed(@Payload() request: RequestOf<typeof ReadAuditFeed>): Promise<ReplyOf<typeof ReadAuditFeed>> {
    const { realm: name, realmId: id, position, filter } = request;
    const page = await this.readFeed.execute({ realm: { name, id }, position, filter: decodeFilter(filter) });
    return {
      items: page.items.map((item) => ({ event: item.event, position: [...item.position] })),
      position: [...page.position],
      more: page.more,
    };
  }
}
