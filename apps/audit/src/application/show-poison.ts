import { Injectable } from '@nestjs/common';
import { PoisonStore, type PoisonEntry, type PoisonPosition } from '../domain/poison-store.js';

/** A page of what was set aside. */
export interface PoisonPage {
  readonly entries: readonly PoisonEntry[];
  /** Null on the last page. */
  readonly next: PoisonPosition | null;
  readonly total: number;
}

/** Shows what arrived on the stream and is no event: nothing of it is lost, and somebody has to look at it. */
@Injectable()
export class ShowPoison {
  constructor(private readonly store: PoisonStore) {}

  async execute(query: {
    readonly limit: number;
    readonly after: PoisonPosition | null;
    readonly shownBytes: number;
  }): Promise<PoisonPage> {
    const found = await this.store.list(query.limit + 1, query.after, query.shownBytes);
    const entries = found.slice(0, query.limit);
    const last = entries.at(-1);
    return {
      entries,
      next: found.length > query.limit && last !== undefined ? last : null,
      total: await this.store.count(),
    };
  }
}
