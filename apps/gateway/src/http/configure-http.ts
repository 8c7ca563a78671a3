import { AppError } from '#errors';
import { Logger } from '#observability';
import type { INestApplication } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { GatewaySettings } from '../config.js';
import { AccessDenials } from '../access/denials/access-denials.js';
import { commonHeaders, setCommonHeaders } from './common-headers.js';
import { Drain } from './drain.js';
import { ErrorFilter } from './error.filter.js';
import { ErrorResponder } from './error-responder.js';
import type { GatewayRequest } from './gateway-request.js';
import { GatewayHttpAdapter } from './http-adapter.js';
import { observeRequest, shedRequests } from './http-metrics.js';
import { InFlight } from './in-flight.js';
import { isHealthUrl } from './paths.js';
import { hasRepeatedField } from './repeated-fields.js';
import { UnreadableTokenRequests } from './unreadable-token-requests.js';

/** Sets the hooks and the error handling of the gateway's application; call it before the application listens. */
export function configureHttp(app: INestApplication, settings: GatewaySettings): void {
  const adapter: unknown = app.getHttpAdapter();
  if (!(adapter instanceof GatewayHttpAdapter)) throw new Error('the gateway needs the adapter of createHttpAdapter');
  const headers = commonHeaders(settings.publicUrl);
  const responder = new ErrorResponder(
    app.get(Logger),
    adapter.routes,
    headers,
    app.get(AccessDenials),
    app.get(UnreadableTokenRequests),
  );
  const inFlight = new InFlight(settings.maxInFlight);
  const drain = app.get(Drain);
  const instance = adapter.getInstance();

  app.useGlobalFilters(new ErrorFilter(responder));
  adapter.answerFrameworkErrorsWith((error, request, reply) => responder.answer(error, request, reply));

  const isShed = (request: GatewayRequest, reply: FastifyReply): boolean => {
    if (!inFlight.isFull || isHealthUrl(request.url)) return false;
    shedRequests.inc();
    responder.answer(new AppError('overloaded', { reason: 'too_many_in_flight' }), request, reply);
    return true;
  };

  instance.addHook('onRequest', (incoming, reply, done) => {
    const request = incoming as GatewayRequest;
    setCommonHeaders(reply, headers);
    if (hasRepeatedField(request.raw)) {
      const detail = 'Host and Content-Type may be sent once.';
      responder.answer(new AppError('malformed_request', { detail }), request, reply);
      return;
    }
    if (!isShed(request, reply)) done();
  });

  // A place is taken when the body is there: senders who take their time must not keep others out.
  instance.addHook('preValidation', (incoming, reply, done) => {
    const request = incoming as GatewayRequest;
    if (isShed(request, reply)) return;
    if (!isHealthUrl(request.url)) {
      request.release = inFlight.enter(request.raw.socket, () => {
        request.abandoned ??= new AbortController();
        request.abandoned.abort();
      });
    }
    done();
  });

  instance.addHook('onSend', (_request, reply, _payload, done) => {
    if (drain.isDraining) reply.header('connection', 'close');
    done();
  });

  instance.addHook('onResponse', (incoming, reply, done) => {
    const request = incoming as GatewayRequest;
    request.release?.();
    observeRequest(request, reply);
    done();
  });
}
