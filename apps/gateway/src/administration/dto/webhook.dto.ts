import { Flag, Nullable, Optional, Text, Texts, WholeNumber } from './members.js';

/** Body of `POST /realms/{r}/webhooks`. Which URLs and types work is for the audit service to say. */
export class CreateWebhookDto {
  @Text(1, 2_048)
  readonly url!: string;

  @Nullable()
  @Text(0, 500)
  readonly description?: string | null;

  @Nullable()
  @Texts(100, 100)
  readonly event_types?: string[] | null;

  @Optional()
  @Flag()
  readonly enabled?: boolean;
}

/** Body of `PATCH /realms/{r}/webhooks/{id}`: absent members stay, `null` clears. */
export class UpdateWebhookDto {
  @Optional()
  @Text(1, 2_048)
  readonly url?: string;

  @Nullable()
  @Text(0, 500)
  readonly description?: string | null;

  @Nullable()
  @Texts(100, 100)
  readonly event_types?: string[] | null;

  @Optional()
  @Flag()
  readonly enabled?: boolean;
}

/** Body of `POST /realms/{r}/webhooks/{id}/secret`. */
export class RotateWebhookSecretDto {
  @Optional()
  @WholeNumber(0, 31_536_000)
  readonly grace_seconds?: number;
}
