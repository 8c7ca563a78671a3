import {
  ListTokensCarrying,
  ReadHistoricalAuthority,
  type HistoricalAuthority,
  type ReplyOf,
  type RequestOf,
} from '#contracts';
import { Handles } from '#messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { ListTokensCarrying as ListTokensCarryingUseCase } from '../application/list-tokens-carrying.js';
import { ReadPastAuthority } from '../application/read-past-authority.js';
import { timeOfEventId } from '../domain/event-id.js';
import { decodeInstant } from './event-filter.codec.js';
import { decodeSearchPosition, encodeSearchPosition } from './search-position.codec.js';

/** Answers questions about what was. */
@Controller()
export class HistoryController {
  constructor(
    private readonly readPastAuthority: ReadPastAuthority,
    private readonly listTokensCarrying: ListTokensCarryingUseCase,
  ) {}

  @Handles(ReadHistoricalAuthority)
  authority(@Payload() request: RequestOf<typeof ReadHistoricalAuthority>): Promise<HistoricalAuthority> {
    decodeInstant(request.at, 'at');
    return this.readPastAuthority.execute(request);
  }

  @Handles(ListTokensCarrying)
  async tokens(@Payload() request: RequestOf<typeof ListTokensCarrying>): Promise<ReplyOf<typeof ListTokensCarrying>> {
    const { realmId, permission, audience, page } = request;
    const from = decodeInstant(request.from, 'from');
    const found = await this.listTokensCarrying.execute({
      ...{ realmId, permission, audience, from },
      to: decodeInstant(request.to, 'to'),
      after: page.cursor === null ? null : decodeSearchPosition(page.cursor),
      limit: page.limit,
    });
    return {
      items: [...found.tokens],
      nextCursor: found.next === null ? null : encodeSearchPosition(found.next),
      searchedBackTo: (found.next === null ? from : (timeOfEventId(found.next.id) ?? from)).toISOString(),
    };
  }
}
