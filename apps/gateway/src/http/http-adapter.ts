import { MAX_CONFIGURATION_BYTES } from '#contracts';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { type GatewaySettings, trustedProxyList } from '../config.js';
import { answerClientError } from './client-error.js';
import { GATEWAY_REQUEST_FIELDS } from './gateway-request.js';
import { KnownRoutes } from './known-routes.js';
import { BODY_LIMIT_BYTES, registerRawBodyParsers } from './raw-body.js';
import { requestIdOf } from './request-id.js';

/** How long a client may take for its headers, and for headers and body together, in milliseconds. */
const HEADERS_TIMEOUT_MS = 15_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** How often Node looks for connections over these limits; its default would let them live twice as long. */
const TIMEOUT_CHECK_MS = 5_000;
/** Above the idle time of the usual load balancers (60 s), so that they close first. */
const KEEP_ALIVE_TIMEOUT_MS = 72_000;
/** A bearer token with many roles is the largest header. */
const MAX_HEADER_BYTES = 16 * 1024;

/** Routes that take a whole realm as a document. */
const TAKES_CONFIGURATION = /^\/realms\/:realm\/(plan|apply)$/;

type AnswerFrameworkError = (error: Error, request: FastifyRequest, reply: FastifyReply) => void;

/** The HTTP server of the gateway: its limits, its body parsers, and the list of what it serves. */
export class GatewayHttpAdapter extends FastifyAdapter {
  readonly routes = new KnownRoutes();

  /** @param late Filled by `configureHttp`: answers what the router refuses before any hook has run. */
  constructor(
    settings: GatewaySettings,
    private readonly late: { answer?: AnswerFrameworkError } = {},
  ) {
    const proxies = trustedProxyList(settings);
    super({
      trustProxy: proxies.length > 0 ? proxies : false,
      genReqId: requestIdOf,
      requestIdHeader: false,
      bodyLimit: BODY_LIMIT_BYTES,
      routerOptions: { maxParamLength: 255 },
      keepAliveTimeout: KEEP_ALIVE_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      http: {
        maxHeaderSize: MAX_HEADER_BYTES,
        headersTimeout: HEADERS_TIMEOUT_MS,
        connectionsCheckingInterval: TIMEOUT_CHECK_MS,
      },
      // Requests that still arrive on open connections are served while the server closes; see Drain.
      return503OnClosing: false,
      clientErrorHandler: answerClientError,
      frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
        late.answer?.(error, request, reply),
      skipMiddie: true,
      multipart: false,
    });
    for (const field of GATEWAY_REQUEST_FIELDS) this.instance.decorateRequest(field, null);
    this.instance.addHook('onRoute', (route) => {
      if (TAKES_CONFIGURATION.test(route.url)) route.bodyLimit = MAX_CONFIGURATION_BYTES;
      this.routes.add(route);
    });
    registerRawBodyParsers(this.instance);
  }

  /** Nest would add parsers of its own; the bodies are read by `JsonBodyPipe` and the token endpoint alone. */
  override registerParserMiddleware(): void {}

  /** Says who answers what the router itself refuses: malformed URLs and over-long parameters. */
  answerFrameworkErrorsWith(answer: AnswerFrameworkError): void {
    this.late.answer = answer;
  }
}

/** Makes the adapter for the gateway's Nest application. */
export function createHttpAdapter(settings: GatewaySettings): GatewayHttpAdapter {
  return new GatewayHttpAdapter(settings);
}
