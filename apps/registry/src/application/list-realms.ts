import type { Realm as RealmReply } from '#contracts';
import { Injectable } from '@nestjs/common';
import { RealmRepository, type Page, type RealmQuery } from '../domain/repositories.js';
import { realmReply } from './replies.js';

/** Lists realms by name. */
@Injectable()
export class ListRealms {
  constructor(private readonly realms: RealmRepository) {}

  async execute(query: RealmQuery): Promise<Page<RealmReply>> {
    const page = await this.realms.list(query);
    return { ...page, items: page.items.map(realmReply) };
  }
}
