import {
  CreateWebhook,
  DeleteWebhook,
  ListWebhookDeliveries,
  ListWebhooks,
  ReadWebhook,
  RetryWebhookDelivery,
  RotateWebhookSecret,
  UpdateWebhook,
  type ReplyOf,
  type RequestOf,
  type Webhook,
  type WebhookDelivery,
} from '#contracts';
import { Handles, type CallContext } from '#messaging';
import { Controller } from '@nestjs/common';
import { Ctx, Payload } from '@nestjs/microservices';
import { CreateWebhook as CreateWebhookUseCase } from '../application/forwarding/create-webhook.js';
import { DeleteWebhook as DeleteWebhookUseCase } from '../application/forwarding/delete-webhook.js';
import { ListWebhookDeliveries as ListDeliveriesUseCase } from '../application/forwarding/list-webhook-deliveries.js';
import { ListWebhooks as ListWebhooksUseCase } from '../application/forwarding/list-webhooks.js';
import { ReadWebhook as ReadWebhookUseCase } from '../application/forwarding/read-webhook.js';
import { RetryWebhookDelivery as RetryUseCase } from '../application/forwarding/retry-webhook-delivery.js';
import { RotateWebhookSecret as RotateSecretUseCase } from '../application/forwarding/rotate-webhook-secret.js';
import { UpdateWebhook as UpdateWebhookUseCase } from '../application/forwarding/update-webhook.js';
import { webhookReply } from '../application/forwarding/webhook-reply.js';
import { decodePage, encodeDelivery, encodePage } from './webhook.encoding.js';

/** Administration of webhooks. */
@Controller()
export class WebhookController {
  constructor(
    private readonly createWebhook: CreateWebhookUseCase,
    private readonly updateWebhook: UpdateWebhookUseCase,
    private readonly rotateSecret: RotateSecretUseCase,
    private readonly deleteWebhook: DeleteWebhookUseCase,
    private readonly retryDelivery: RetryUseCase,
    private readonly listWebhooks: ListWebhooksUseCase,
    private readonly readWebhook: ReadWebhookUseCase,
    private readonly listDeliveries: ListDeliveriesUseCase,
  ) {}

  @Handles(CreateWebhook)
  create(
    @Payload() request: RequestOf<typeof CreateWebhook>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof CreateWebhook>> {
    return this.createWebhook.execute(request, context);
  }

  @Handles(ListWebhooks)
  async list(@Payload() { realmId, page }: RequestOf<typeof ListWebhooks>): Promise<ReplyOf<typeof ListWebhooks>> {
    return encodePage(await this.listWebhooks.execute(realmId, decodePage(page)), webhookReply);
  }

  @Handles(ReadWebhook)
  async read(@Payload() { realmId, id }: RequestOf<typeof ReadWebhook>): Promise<Webhook> {
    return webhookReply(await this.readWebhook.execute(realmId, id));
  }

  @Handles(UpdateWebhook)
  async update(@Payload() request: RequestOf<typeof UpdateWebhook>, @Ctx() context: CallContext): Promise<Webhook> {
    return webhookReply(await this.updateWebhook.execute(request, context));
  }

  @Handles(RotateWebhookSecret)
  rotate(
    @Payload() request: RequestOf<typeof RotateWebhookSecret>,
    @Ctx() context: CallContext,
  ): Promise<ReplyOf<typeof RotateWebhookSecret>> {
    return this.rotateSecret.execute(request, context);
  }

  @Handles(DeleteWebhook)
  async remove(
    @Payload() request: RequestOf<typeof DeleteWebhook>,
    @Ctx() context: CallContext,
  ): Promise<Record<string, never>> {
    await this.deleteWebhook.execute(request, context);
    return {};
  }

  @Handles(ListWebhookDeliveries)
  async deliveries(
    @Payload() request: RequestOf<typeof ListWebhookDeliveries>,
  ): Promise<ReplyOf<typeof ListWebhookDeliveries>> {
    return encodePage(await this.listDeliveries.execute(request, decodePage(request.page)), encodeDelivery);
  }

  @Handles(RetryWebhookDelivery)
  async retry(
    @Payload() request: RequestOf<typeof RetryWebhookDelivery>,
    @Ctx() context: CallContext,
  ): Promise<WebhookDelivery> {
    return encodeDelivery(await this.retryDelivery.execute(request, context));
  }
}
