import { Injectable } from '@nestjs/common';
import { RegistryTransactions } from '../domain/registry-transactions.js';

/** Lets go of the versions of keys that were deleted so long ago that no old value can be on its way any more. */
@Injectable()
export class ForgetOldTombstones {
  constructor(private readonly transactions: RegistryTransactions) {}

  async execute(): Promise<void> {
    await this.transactions.forgetOldTombstones();
  }
}
