import type { ClientSecretInfo, CreateClientSecret as CreateClientSecretCall, ReplyOf, RequestOf } from '#contracts';
import { Clock } from '#host';
import { IdempotentCreation, namedCreation, type KeepAnswer } from '#idempotency';
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
    private readonly idempotent: IdempotentCreation,
    private readonly auditEvents: AuditEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `validation_failed`, `not_found`, `forbidden`, `conflict` (never has a secret, has too many), `unavailable`. */
  async execute(
    request: RequestOf<typeof CreateClientSecretCall>,
    context: CallContext,
  ): Promise<ReplyOf<typeof CreateClientSecretCall>> {
    const text = makeSecretText();
    const named = namedCreation(`client_secret/${request.clientId}`, request);
    const { replayed, ...secret } = await this.idempotent.answer<ClientSecretInfo>(named, (keep) =>
      this.create(request, text, keep, context),
    );
    // The text of an earlier one is not at rest anywhere (G4): it was shown once.
    return replayed === true ? { secret, text: null, replayed } : { secret, text };
  }

  private async create(
    request: RequestOf<typeof CreateClientSecretCall>,
    text: string,
    keep: KeepAnswer<ClientSecretInfo>,
    context: CallContext,
  ): Promise<ClientSecretInfo> {
    const now = this.clock.now();
    const { actor, realmId, clientId, name } = request;
    const expiresAt = request.expiresAt === null ? null : new Date(request.expiresAt);
    checkNewSecret({ name, expiresAt }, now);
    const secret = secretAtRest(text, { id: uuidv7(), createdAt: now, name, expiresAt });
    return this.changer.withSeen(realmId, clientId, async (seen) => {
      checkSecretHolder(seen.client);
      await this.takeovers.check(actor, seen, context);
      return this.changer.run(seen, [], context, async (transaction, before) => {
        const { after, removed } = addSecret(before, secret, now);
        const { client } = await transaction.updateClient(before, after);
        const details = { secret: auditedSecret(secret), removed_secret_ids: removed.map(({ id }) => id) };
        const cause = { actor, context };
        await transaction.record(this.auditEvents.client('client.secret_created', seen.realm, client, details, cause));
        const shown = secretReply(secret);
        await keep(transaction, realmId, shown);
        return { result: shown, snapshots: [publishedClient(client)] };
      });
    });
  }
}
