import {
  CreateWebhook,
  DeleteWebhook,
  ListWebhookDeliveries,
  ListWebhooks,
  ReadWebhook,
  RetryWebhookDelivery,
  RotateWebhookSecret,
  UpdateWebhook,
  WEBHOOK_DELIVERY_STATES,
} from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Req, Res } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { answerWithTag, entityTag, ifMatchVersion } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { idempotencyKey, tellReplayed } from '../http/idempotency.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { ListQuery } from '../http/list-query.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { defined } from './dto/defined.js';
import { CreateWebhookDto, RotateWebhookSecretDto, UpdateWebhookDto } from './dto/webhook.dto.js';
import { pageBody } from './page.view.js';
import { inRealm } from './role-requests.js';
import { webhookDeliveryView, webhookView } from './webhook.view.js';

/** How long the former secret signs too when nothing else is said: a day. */
const DEFAULT_GRACE_SECONDS = 86_400;

/** Receivers of a realm's audit events. */
@Controller('/realms/:realm/webhooks')
export class WebhooksController {
  constructor(private readonly client: MessageClient) {}

  @Get()
  @RequirePermissions('query_webhooks', 'view_webhooks', 'manage_webhooks')
  async list(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const page = query.page();
    query.done();
    return pageBody(await this.client.call(ListWebhooks, { realmId: targetOf(caller).id, page }, context), webhookView);
  }

  /** The secret is in this answer and nowhere else. */
  @Post()
  @RequirePermissions('manage_webhooks')
  async create(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(CreateWebhookDto)) body: CreateWebhookDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const { webhook, secret, replayed } = await this.client.call(
      CreateWebhook,
      {
        ...inRealm(caller),
        idempotencyKey: idempotencyKey(request),
        url: body.url,
        description: body.description ?? null,
        eventTypes: body.event_types ?? null,
        enabled: body.enabled ?? true,
      },
      context,
    );
    tellReplayed(reply, replayed);
    reply
      .header('location', `/realms/${targetOf(caller).name}/webhooks/${webhook.id}`)
      .header('etag', entityTag(webhook.version));
    return { ...webhookView(webhook), secret };
  }

  @Get(':id')
  @RequirePermissions('view_webhooks', 'manage_webhooks')
  async read(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const webhook = await this.client.call(ReadWebhook, { realmId: targetOf(caller).id, id }, context);
    return answerWithTag(request, reply, entityTag(webhook.version), { data: webhookView(webhook) });
  }

  @Patch(':id')
  @RequirePermissions('manage_webhooks')
  async update(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(UpdateWebhookDto, { mergePatch: true })) body: UpdateWebhookDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const { url, description, event_types: eventTypes, enabled } = body;
    const changes = defined({ url, description, eventTypes, enabled });
    const addressed = await this.addressed(caller, id, request, context);
    const webhook = await this.client.call(UpdateWebhook, { ...addressed, changes }, context);
    reply.header('etag', entityTag(webhook.version));
    return { data: webhookView(webhook) };
  }

  /** The secret is in this answer and nowhere else. */
  @Post(':id/secret')
  @HttpCode(200)
  @RequirePermissions('manage_webhooks')
  async rotateSecret(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(RotateWebhookSecretDto, { optional: true })) body: RotateWebhookSecretDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const addressed = await this.addressed(caller, id, request, context);
    const graceSeconds = body.grace_seconds ?? DEFAULT_GRACE_SECONDS;
    const rotated = await this.client.call(RotateWebhookSecret, { ...addressed, graceSeconds }, context);
    reply.header('etag', entityTag(rotated.webhook.version));
    return { id, secret: rotated.secret, former_signs_until: rotated.formerSignsUntil };
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermissions('manage_webhooks')
  async delete(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
  ) {
    await this.client.call(DeleteWebhook, await this.addressed(caller, id, request, context), context);
  }

  /** What has not arrived; what has is not kept. */
  @Get(':id/deliveries')
  @RequirePermissions('view_webhooks', 'manage_webhooks')
  async deliveries(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) webhookId: string,
    @Req() request: GatewayRequest,
  ) {
    const query = new ListQuery(request.query);
    const page = query.page();
    const status = query.oneOf('status', WEBHOOK_DELIVERY_STATES) ?? null;
    query.done();
    return pageBody(
      await this.client.call(ListWebhookDeliveries, { realmId: targetOf(caller).id, webhookId, status, page }, context),
      webhookDeliveryView,
    );
  }

  @Post(':id/deliveries/:deliveryId/retry')
  @HttpCode(202)
  @RequirePermissions('manage_webhooks')
  async retry(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) webhookId: string,
    @Param('deliveryId', UuidPipe) id: string,
  ) {
    const request = { ...inRealm(caller), webhookId, id };
    return { data: webhookDeliveryView(await this.client.call(RetryWebhookDelivery, request, context)) };
  }

  private async addressed(caller: Access, id: string, request: GatewayRequest, context: CallContext) {
    const { realmId } = inRealm(caller);
    const ifVersion = await ifMatchVersion(
      request,
      async () => (await this.client.call(ReadWebhook, { realmId, id }, context)).version,
    );
    return { ...inRealm(caller), id, ifVersion };
  }
}
