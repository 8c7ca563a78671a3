import type { CreateClientSecret as CreateClientSecretCall, ReplyOf, RequestOf } from '#contracts';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { checkSecretHolder } from '../domain/client-policy.js';
import { makeSecretText, secretAtRest } from '../domain/client-secret.js';
import { addSecret, checkNewSecret } from '../domain/secret-policy.js';
import { auditedSecret, AuditEvents } from './audit-events.js';
import { ClientChanger } from './client-changer.js';
import { publishedClient } from './fenced-change.js';
import { secretReply } from './replies.js';
import { TakeoverGuard } from './takeover-guard.js';

/** Gives a client one more secret, which works at once; the others stay as they are. */
@Injectable()
export class CreateClientSecret {
  constructor(
    private readonly changer: ClientChanger,
    private readonly takeovers: TakeoverGuard,
    private readonly auditEvents: AuditEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed`, `not_found`, `forbidden`, `conflict` (never has a secret, has too many), `unavailable`. */
  async execute(
    request: RequestOf<typeof CreateClientSecretCall>,
    context: CallContext,
  ): Promise<ReplyOf<typeof CreateClientSecretCall>> {
    const now = this.clock.now();
    const { actor, realmId, clientId, name } = request;
    const expiresAt = request.expiresAt === null ? null : new Date(request.expiresAt);
    checkNewSecret({ name, expiresAt }, now);
    const text = makeSecretText();
    const secret = secretAtRest(text, { id: uuidv7(), createdAt: now, name, expiresAt });
    await this.changer.withSeen(realmId, clientId, async (seen) => {
      checkSecretHolder(seen.client);
      await this.takeovers.check(actor, seen, context);
      await this.changer.run(seen, [], context, async (transaction, before) => {
        const { after, removed } = addSecret(before, secret, now);
        const { client } = await transaction.updateClient(before, after);
        const details = { secret: auditedSecret(secret), removed_secret_ids: removed.map(({ id }) => id) };
        const cause = { actor, context };
        await transaction.record(this.auditEvents.client('client.secret_created', seen.realm, client, details, cause));
        return { result: undefined, snapshots: [publishedClient(client)] };
      });
    });
    return { secret: secretReply(secret), text };
  }
}
