import { CreateUser, DeleteUser, ListUsers, ReadUser, ResetPassword, UpdateUser, USER_SORTS } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { entityTag, ifMatchVersion } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { idempotencyKey, tellReplayed } from '../http/idempotency.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { ListQuery } from '../http/list-query.js';
import { UuidPipe } from '../http/uuid.pipe.js';
import { defined } from './dto/defined.js';
import { CreateUserDto, ResetPasswordDto, UpdateUserDto } from './dto/user.dto.js';
import { pageBody } from './page.view.js';
import { inRealm } from './role-requests.js';
import { ServiceAccountSwitch } from './service-account-switch.js';
import { userView } from './user.view.js';

/** The people of a realm. Its service accounts are listed with them, and follow their clients in everything else. */
@Controller('/realms/:realm/users')
export class UserAccountsController {
  constructor(
    private readonly client: MessageClient,
    private readonly serviceAccounts: ServiceAccountSwitch,
  ) {}

  @Get()
  @RequirePermissions('query_users', 'view_users', 'manage_users')
  async list(@Caller() caller: Access, @Context() context: CallContext, @Req() request: GatewayRequest) {
    const query = new ListQuery(request.query);
    const page = query.page();
    const search = query.text('search') ?? null;
    const sort = query.oneOf('sort', USER_SORTS) ?? 'username';
    const filter = defined({
      username: query.text('username'),
      email: query.text('email', 254),
      enabled: query.boolean('enabled'),
      serviceAccount: query.boolean('service_account'),
    });
    query.done();
    const realmId = targetOf(caller).id;
    return pageBody(await this.client.call(ListUsers, { realmId, page, search, sort, filter }, context), userView);
  }

  @Post()
  @RequirePermissions('manage_users')
  async create(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(CreateUserDto)) body: CreateUserDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const { replayed, ...user } = await this.client.call(
      CreateUser,
      {
        ...inRealm(caller),
        idempotencyKey: idempotencyKey(request),
        username: body.username,
        email: body.email ?? null,
        emailVerified: body.email_verified ?? false,
        firstname: body.firstname ?? null,
        lastname: body.lastname ?? null,
        enabled: body.enabled ?? true,
      },
      context,
    );
    tellReplayed(reply, replayed);
    reply
      .header('location', `/realms/${targetOf(caller).name}/users/${user.id}`)
      .header('etag', entityTag(user.version));
    return { data: userView(user) };
  }

  /**
   * Whether the caller may change this person is for identity to say: nobody gets into an account that holds more. Of a service
   * account `enabled` alone can change, with its client.
   */
  @Put(':id')
  @RequirePermissions('manage_users')
  async update(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(UpdateUserDto)) body: UpdateUserDto,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ) {
    const changes = defined({
      username: body.username,
      email: body.email,
      emailVerified: body.email_verified,
      firstname: body.firstname,
      lastname: body.lastname,
      enabled: body.enabled,
      requiredActions: body.required_actions,
    });
    const addressed = await this.addressed(caller, id, request, context);
    const { enabled, ...others } = changes;
    const { ifVersion } = addressed;
    const account =
      enabled === undefined || Object.keys(others).length > 0
        ? null
        : await this.serviceAccounts.turn(caller, { id, enabled, ifVersion }, context);
    const user = account ?? (await this.client.call(UpdateUser, { ...addressed, changes }, context));
    reply.header('etag', entityTag(user.version));
    return { data: userView(user) };
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermissions('manage_users')
  async delete(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Req() request: GatewayRequest,
  ) {
    await this.client.call(DeleteUser, await this.addressed(caller, id, request, context), context);
  }

  @Put(':id/reset-password')
  @HttpCode(204)
  @RequirePermissions('manage_users')
  async resetPassword(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Param('id', UuidPipe) id: string,
    @Body(new JsonBodyPipe(ResetPasswordDto)) body: ResetPasswordDto,
  ) {
    const { value: password, temporary = false } = body;
    await this.client.call(ResetPassword, { ...inRealm(caller), id, password, temporary }, context);
  }

  private async addressed(caller: Access, id: string, request: GatewayRequest, context: CallContext) {
    const { realmId } = inRealm(caller);
    const ifVersion = await ifMatchVersion(
      request,
      async () => (await this.client.call(ReadUser, { realmId, id }, context)).version,
    );
    return { ...inRealm(caller), id, ifVersion };
  }
}
