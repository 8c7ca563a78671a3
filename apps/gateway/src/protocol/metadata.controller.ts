import { ReadKeySet, ReadMetadata } from '#contracts';
import { AppError } from '#errors';
import { MessageClient, type CallContext } from '#messaging';
import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { Public } from '../access/requirements.js';
import { Context } from '../http/call-context.js';
import { answerWithTag } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { isRealmName } from '../http/paths.js';

/**
 * How long caches may keep public documents. Short, because a verifier that meets a new key must find it in the set it
 * fetches then.
 */
const CACHE_CONTROL = 'public, max-age=60, must-revalidate';
const JSON_TYPE = 'application/json; charset=utf-8';

/** The public documents of a realm: its keys (RFC 7517 §5) and its metadata (RFC 8414, OIDC Discovery 1.0). */
@Controller()
export class MetadataController {
  constructor(private readonly client: MessageClient) {}

  @Get('/realms/:realm/protocol/openid-connect/certs')
  @Public()
  async keySet(
    @Param('realm') realm: string,
    @Context() context: CallContext,
    @Req() request: GatewayRequest,
    @Res({ passthrough: true }) reply: GatewayReply,
  ): Promise<string | undefined> {
    assertRealmName(realm);
    const { body, etag } = await this.client.call(ReadKeySet, { realm }, context);
    reply.header('cache-control', CACHE_CONTROL).header('content-type', JSON_TYPE);
    return answerWithTag(request, reply, /^(?:W\/)?".*"$/.test(etag) ? etag : `"${etag}"`, body);
  }

  @Get('/realms/:realm/.well-known/openid-configuration')
  @Public()
  openidConfiguration(
    @Param('realm') realm: string,
    @Context() context: CallContext,
    @Res({ passthrough: true }) reply: GatewayReply,
  ): Promise<string> {
    return this.metadata(realm, context, reply);
  }

  @Get('/.well-known/oauth-authorization-server/realms/:realm')
  @Public()
  authorizationServer(
    @Param('realm') realm: string,
    @Context() context: CallContext,
    @Res({ passthrough: true }) reply: GatewayReply,
  ): Promise<string> {
    return this.metadata(realm, context, reply);
  }

  private async metadata(realm: string, context: CallContext, reply: GatewayReply): Promise<string> {
    assertRealmName(realm);
    const { body } = await this.client.call(ReadMetadata, { realm }, context);
    reply.header('cache-control', CACHE_CONTROL).header('content-type', JSON_TYPE);
    return body;
  }
}

function assertRealmName(realm: string): void {
  if (!isRealmName(realm)) throw new AppError('not_found', { detail: 'There is no such realm.' });
}
