import { Controller, Get, Req, Res } from '@nestjs/common';
import { Public } from '../access/requirements.js';
import { answerWithTag } from '../http/conditional.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { ApiDocument } from './api-document.js';

/** An upgrade shows within minutes; in between the tag makes asking cheap. */
const CACHE_CONTROL = 'public, max-age=300';

/** The description of the API, for programs and for people. */
@Controller()
export class OpenApiController {
  constructor(private readonly document: ApiDocument) {}

  @Get('/openapi.json')
  @Public()
  json(@Req() request: GatewayRequest, @Res({ passthrough: true }) reply: GatewayReply): string | undefined {
    const { body, tag } = this.document.json;
    reply.header('cache-control', CACHE_CONTROL).header('content-type', 'application/json; charset=utf-8');
    return answerWithTag(request, reply, tag, body);
  }

  @Get('/docs')
  @Public()
  page(@Req() request: GatewayRequest, @Res({ passthrough: true }) reply: GatewayReply): string | undefined {
    const { body, tag, contentSecurityPolicy } = this.document.page;
    reply
      .header('cache-control', CACHE_CONTROL)
      .header('content-security-policy', contentSecurityPolicy)
      .header('content-type', 'text/html; charset=utf-8');
    return answerWithTag(request, reply, tag, body);
  }
}
