import type { RequestOf, TouchClientSecrets as TouchClientSecretsCall } from '#contracts';
import { Injectable } from '@nestjs/common';
import { SecretUseRepository } from '../domain/secret-use.js';

/** Notes when secrets were last used. Issuance does not see it, so no snapshot changes and nothing is recorded. */
@Injectable()
export class TouchClientSecrets {
  constructor(private readonly uses: SecretUseRepository) {}

  /** Answers with the ids that must be reported again. @throws AppError `unavailable`. */
  async execute({ uses }: RequestOf<typeof TouchClientSecretsCall>): Promise<string[]> {
    return [...(await this.uses.touch(uses.map((use) => ({ ...use, usedAt: new Date(use.usedAt) }))))];
  }
}
