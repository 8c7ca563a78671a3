import { Flag, Nullable, Optional, Text, Texts } from './members.js';

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
