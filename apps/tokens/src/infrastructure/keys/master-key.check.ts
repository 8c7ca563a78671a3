import { MasterKey } from '#envelope';
import { Logger } from '#observability';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** Says at the start, not at the first token, that the keys in the database belong to another master key. */
@Injectable()
export class MasterKeyCheck implements OnApplicationBootstrap {
  constructor(
    private readonly dataSource: DataSource,
    private readonly masterKey: MasterKey,
    private readonly logger: Logger,
  ) {}

  /** @throws Error naming the setting, so that the service does not start. */
  async onApplicationBootstrap(): Promise<void> {
    let foreign: unknown[];
    try {
      foreign = await this.dataSource.query(
        `SELECT 1 FROM tokens.signing_keys WHERE state = 'active' AND master_key_id <> $1 LIMIT 1`,
        [this.masterKey.id],
      );
    } catch (error) {
      // Services start in any order, also before their migrations: then there is nothing to compare with yet.
      this.logger.warn({ error }, 'The master key could not be compared with the keys in the database');
      return;
    }
    if (foreign.length > 0) {
      throw new Error('CHANCERY_MASTER_KEY is not the key that the signing keys in the database were encrypted with');
    }
  }
}
