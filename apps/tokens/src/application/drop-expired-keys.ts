import { Clock } from '#host';
import { Injectable } from '@nestjs/common';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';

/** Drops retired keys whose tokens have all expired. */
@Injectable()
export class DropExpiredKeys {
  constructor(
    private readonly repository: SigningKeyRepository,
    private readonly clock: Clock,
  ) {}

  /** @returns how many there were. */
  async execute(): Promise<number> {
    return await this.repository.removeExpired(this.clock.now());
  }
}
