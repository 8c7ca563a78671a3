import type { Realm as RealmReply } from '#contracts';
import { Injectable } from '@nestjs/common';
import { RealmRepository } from '../domain/repositories.js';
import { noSuchRealm } from '../domain/refusals.js';
import { realmReply } from './replies.js';

/** Reads a realm by its name. */
@Injectable()
export class ReadRealm {
  constructor(private readonly realms: RealmRepository) {}

  /** @throws AppError `not_found`. */
  async execute(name: string): Promise<RealmReply> {
    const realm = await this.realms.findByName(name);
    if (realm === null) throw noSuchRealm();
    return realmReply(realm);
  }
}
