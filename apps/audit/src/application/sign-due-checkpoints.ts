import { Injectable } from '@nestjs/common';
import { LogTrees } from '../domain/log-trees.js';
import { SignCheckpoint } from './sign-checkpoint.js';

/** Signs every tree that has grown since its last checkpoint. */
@Injectable()
export class SignDueCheckpoints {
  constructor(
    private readonly trees: LogTrees,
    private readonly signCheckpoint: SignCheckpoint,
  ) {}

  /** One that fails does not keep the others from being signed. @returns how many were signed, and what went wrong first. */
  async execute(): Promise<{ readonly signed: number; readonly failed: number; readonly fault: unknown }> {
    const results = { signed: 0, failed: 0, fault: null as unknown };
    for (const realmId of await this.trees.awaitingCheckpoint()) {
      try {
        await this.signCheckpoint.execute(realmId);
        results.signed += 1;
      } catch (error) {
        results.failed += 1;
        results.fault ??= error;
      }
    }
    return results;
  }
}
