import { ListSigningKeys, RotateSigningKey } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { targetOf, type Access } from '../access/access.js';
import { Caller } from '../access/caller.js';
import { RequirePermissions } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { JsonBodyPipe } from '../http/json-body.pipe.js';
import { NoQuery } from '../http/no-query.js';
import { RotateKeyDto } from './dto/key.dto.js';
import { wholeList } from './page.view.js';
import { signingKeyView } from './signing-key.view.js';

/** The signing keys of a realm; their private halves never leave the token service. */
@Controller('/realms/:realm/keys')
export class KeysController {
  constructor(private readonly client: MessageClient) {}

  @Get()
  @RequirePermissions('view_realm', 'manage_realm')
  async list(@Caller() caller: Access, @Context() context: CallContext, @NoQuery() _query: null) {
    const { items } = await this.client.call(ListSigningKeys, { realmId: targetOf(caller).id }, context);
    return wholeList(items, signingKeyView);
  }

  @Post('rotate')
  @HttpCode(200)
  @RequirePermissions('manage_realm')
  async rotate(
    @Caller() caller: Access,
    @Context() context: CallContext,
    @Body(new JsonBodyPipe(RotateKeyDto, { optional: true })) _body: RotateKeyDto,
  ) {
    const { id: realmId, name: realmName } = targetOf(caller);
    const key = await this.client.call(RotateSigningKey, { actor: caller.actor, realmId, realmName }, context);
    return { data: signingKeyView(key) };
  }
}
