import { IssueToken, type TokenRequestFault } from '#contracts';
import { AppError } from '#errors';
import { MessageClient } from '#messaging';
import { Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { authorizationOf } from '../access/bearer.js';
import { Public } from '../access/requirements.js';
import { contextOf } from '../http/call-context.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { isRealmName, TOKEN_PATH } from '../http/paths.js';
import { peerOf } from '../http/peer.js';
import { isForm, RawBody } from '../http/raw-body.js';
import { evenly } from './even-refusals.js';
import { parseForm } from './form.js';
import { hasTokenParameter, tokenParameters } from './token-parameters.js';

const MAX_AUTHORIZATION_LENGTH = 8_192;

/** The token endpoint (RFC 6749 §3.2): parses, and passes on. Nothing about grants or clients is decided here. */
@Controller()
export class TokenController {
  constructor(private readonly client: MessageClient) {}

  @Post(TOKEN_PATH)
  @HttpCode(200)
  @Public()
  async issue(@Req() request: GatewayRequest, @Res({ passthrough: true }) reply: GatewayReply): Promise<string> {
    const { realm } = request.params as { realm: string };
    if (!isRealmName(realm)) throw new AppError('not_found', { detail: 'There is no such realm.' });
    // RFC 6749 §2.3.1: "The parameters can only be transmitted in the request-body and MUST NOT be included in the request
    // URI."
    if (hasTokenParameter(request.url)) {
      throw unreadable('parameters_in_url', 'Parameters belong in the body, not in the URL.');
    }
    const authorization = authorizationOf(request.raw) ?? null;
    if (authorization !== null && authorization.length > MAX_AUTHORIZATION_LENGTH) {
      throw unreadable('authorization_malformed', 'The Authorization header is too long.');
    }
    const form = parseForm(formBytes(request));
    request.asksForToken = true;
    const { body } = await evenly(
      reply,
      this.client.call(
        IssueToken,
        {
          realm,
          parameters: tokenParameters(form),
          resources: [...form.resources],
          authorization,
          peer: peerOf(request),
        },
        contextOf(request),
      ),
    );
    // RFC 6749 §5.1; `cache-control: no-store` is on every answer.
    reply.header('pragma', 'no-cache').header('content-type', 'application/json; charset=utf-8');
    return body;
  }
}

function formBytes({ body }: GatewayRequest): Buffer {
  if (body instanceof RawBody && isForm(body.contentType)) return body.bytes;
  throw unreadable('wrong_content_type', 'The parameters must be sent as application/x-www-form-urlencoded in UTF-8.');
}

function unreadable(reason: TokenRequestFault, detail: string): AppError {
  return new AppError('invalid_request', { detail, reason });
}
