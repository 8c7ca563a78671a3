import type { ReplyOf, RequestOf, RotateClientSecret as RotateClientSecretCall } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { checkSecretHolder } from '../domain/client-policy.js';
import { makeSecretText, MAX_LIVE_SECRETS, retireSecrets, secretAtRest } from '../domain/client-secret.js';
import { withSecrets } from '../domain/secret-policy.js';
import { AuditEvents } from './audit-events.js';
import { ClientChanger } from './client-changer.js';
import { publishedClient } from './fenced-change.js';
import { TakeoverGuard } from './takeover-guard.js';

/** Gives a client a new secret; the present ones work until the grace is over. */
@Injectable()
export class RotateClientSecret {
  constructor(
    private readonly changer: ClientChanger,
    private readonly takeovers: TakeoverGuard,
    private readonly auditEvents: AuditEvents,
    private readonly clock: Clock,
  ) {}

  /** @throws AppError `not_found`, `forbidden`, `conflict` (no secret to rotate, too many live ones), `unavailable`. */
  async execute(
    request: RequestOf<typeof RotateClientSecretCall>,
    context: CallContext,
  ): Promise<ReplyOf<typeof RotateClientSecretCall>> {
    const now = this.clock.now();
    const othersExpireAt = new Date(now.getTime() + request.graceSeconds * 1_000);
    const text = makeSecretText();
    const secret = secretAtRest(text, { id: uuidv7(), createdAt: now });
    await this.changer.withSeen(request.realmId, request.id, async (seen) => {
      checkSecretHolder(seen.client);
      await this.takeovers.check(request.actor, seen, context);
      await this.changer.run(seen, [], context, async (transaction, before) => {
        checkSecretHolder(before);
        const { kept, removed } = retireSecrets(before.secrets, now, othersExpireAt);
        if (kept.length >= MAX_LIVE_SECRETS) throw tooManySecrets();
        const after = withSecrets(before, [...kept, secret], now);
        const { client } = await transaction.updateClient(before, after);
        const details = {
          secret_id: secret.id,
          others_expire_at: othersExpireAt.toISOString(),
          expiring_secret_ids: kept.map(({ id }) => id),
          removed_secret_ids: removed.map(({ id }) => id),
        };
        const cause = { actor: request.actor, context };
        await transaction.record(this.auditEvents.client('client.secret_rotated', seen.realm, client, details, cause));
        return { result: undefined, snapshots: [publishedClient(client)] };
      });
    });
    return {
      id: secret.id,
      clientSecret: text,
      createdAt: now.toISOString(),
      othersExpireAt: othersExpireAt.toISOString(),
    };
  }
}

function tooManySecrets(): AppError {
  return new AppError('conflict', {
    detail: `The client has ${MAX_LIVE_SECRETS} secrets that have not expired yet; rotate with a shorter grace.`,
    reason: 'too_many_secrets',
  });
}
