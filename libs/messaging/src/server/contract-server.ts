import {
  ALL_CALLS,
  ALL_DURABLE_EVENTS,
  type CallContract,
  type DurableEventContract,
  type ServiceName,
} from '#contracts';
import { AppError } from '#errors';
import type { Logger } from '#observability';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { compiledCall } from '../compiled-contract.js';
import { settled } from '../settled.js';
import type { IncomingRequest, Transport } from '../transport.js';
import { cancelSubject, decodeGroup, HEADER, parse, textOf } from '../wire.js';
import { GroupAnswer, respondError, SingleAnswer, type Answer } from './answer.js';
import { DurableRoute, type DurableHandler } from './durable-route.js';
import type { HandlerExtras } from './handles.js';
import { IncomingCall, type CallOwner, type CallRoute, type RouteHandler } from './incoming-call.js';
import { deadlineNow } from '../deadline-clock.js';

/** How a server behaves. */
export interface ContractServerOptions {
  /** Calls in hand above which further ones are answered `overloaded` at once. Default 1000. */
  readonly maxInFlight?: number;
  /** Where unexpected errors go; their causes never leave the process otherwise. */
  readonly logger?: Logger | undefined;
  /** Refuse to start when a contract of the service has no handler. Default true. */
  readonly requireAll?: boolean;
  /** How long `close` waits for the calls in hand, in milliseconds. Default 10 s. */
  readonly drainTimeoutMs?: number;
  /** Turns what a handler threw into an `AppError` where more is known of it than that it is unexpected. */
  readonly explain?: (thrown: unknown) => unknown;
  /** The contracts `requireAll` looks at. Default: all of the product. */
  readonly calls?: readonly CallContract[];
  readonly durableEvents?: readonly DurableEventContract[];
}

/** Messages taken from a stream at once. */
const MAX_DURABLE_MESSAGES = 128;

/**
 * Serves the contracts of one service (of several in the standalone shape) over any transport, as a Nest strategy:
 * `NestFactory.createMicroservice(module, { strategy: new ContractServer(transport, 'tokens', …) })`. Validates, keeps
 * deadlines, hears cancellations, sheds load and encodes errors, so that handlers are plain methods.
 */
export class ContractServer extends Server implements CustomTransportStrategy, CallOwner {
  override readonly transportId = Symbol('chancery');
  private readonly services: readonly ServiceName[];
  private readonly maxInFlight: number;
  private readonly drainTimeoutMs: number;
  private readonly log: Logger | undefined;
  /** Calls whose handler runs, by their id. */
  private readonly running = new Map<string, IncomingCall>();
  private inFlight = 0;
  private stopCalls: (() => Promise<void>)[] = [];
  private stopDurable: (() => Promise<void>)[] = [];

  constructor(
    private readonly transport: Transport,
    services: ServiceName | readonly ServiceName[],
    private readonly options: ContractServerOptions = {},
  ) {
    super();
    this.services = typeof services === 'string' ? [services] : services;
    this.maxInFlight = options.maxInFlight ?? 1_000;
    this.drainTimeoutMs = options.drainTimeoutMs ?? 10_000;
    this.log = options.logger;
  }

  /** How many calls are in hand, for metrics. */
  get callsInHand(): number {
    return this.inFlight;
  }

  override addHandler(pattern: string, callback: MessageHandler, isEvent = false, extras: HandlerExtras = {}): void {
    const contract = extras.call ?? extras.durable;
    if (contract === undefined) throw new Error(`the handler of ${pattern} needs @Handles or @HandlesDurable`);
    if (!this.services.includes(contract.service)) {
      throw new Error(`${contract.subject} belongs to ${contract.service}, not to ${this.services.join(', ')}`);
    }
    if (this.messageHandlers.has(contract.subject)) throw new Error(`${contract.subject} has two handlers`);
    super.addHandler(pattern, callback, isEvent, extras);
  }

  /** Nest's entry: subscribes everything, then reports. */
  listen(callback: (error?: unknown) => void): void {
    this.start().then(
      () => {
        callback();
      },
      (error: unknown) => {
        callback(error);
      },
    );
  }

  /** Takes no more calls, finishes those in hand (at most `drainTimeoutMs`), then lets go of the streams. */
  async close(): Promise<void> {
    const [calls, durable] = [this.stopCalls, this.stopDurable];
    this.stopCalls = [];
    this.stopDurable = [];
    await Promise.all(calls.map((stop) => stop()));
    if (!(await settled(() => this.inFlight === 0, this.drainTimeoutMs))) {
      this.log?.warn({ inFlight: this.inFlight }, 'closing although calls are still in hand');
    }
    // After the calls: in the in-process shape a handler in hand may wait for its event to be consumed here.
    await Promise.all(durable.map((stop) => stop()));
  }

  /** The transport's connection is the host's; the server emits no events of its own. */
  on(): never {
    throw new Error('ContractServer emits no events');
  }

  unwrap<T>(): T {
    return this.transport as T;
  }

  explain(thrown: unknown): unknown {
    return this.options.explain?.(thrown) ?? thrown;
  }

  reportFailure(call: IncomingCall, error: AppError): void {
    const { requestId, traceparent } = call.context;
    this.log?.error(
      { err: error.cause ?? error, reason: error.reason, subject: call.route.contract.subject, requestId, traceparent },
      'call failed unexpectedly',
    );
  }

  ended(call: IncomingCall): void {
    this.inFlight--;
    this.running.delete(call.id);
  }

  private async start(): Promise<void> {
    if (this.options.requireAll ?? true) this.requireHandlers();
    const cancellations = this.services.map((service) =>
      this.transport.listen(cancelSubject(service), (payload) => {
        this.running.get(textOf(payload))?.cancel();
      }),
    );
    const calls: Promise<() => Promise<void>>[] = [];
    const durable: Promise<() => Promise<void>>[] = [];
    for (const callback of this.messageHandlers.values()) {
      const { call, durable: event } = callback.extras as HandlerExtras;
      if (call !== undefined) calls.push(this.serve(call, callback as RouteHandler));
      if (event !== undefined) durable.push(this.consume(event, callback as DurableHandler));
    }
    this.stopDurable = await Promise.all(durable);
    this.stopCalls = await Promise.all([...cancellations, ...calls]);
  }

  private requireHandlers(): void {
    const all = [...(this.options.calls ?? ALL_CALLS), ...(this.options.durableEvents ?? ALL_DURABLE_EVENTS)];
    const missing = all
      .filter((contract) => this.services.includes(contract.service) && !this.messageHandlers.has(contract.subject))
      .map((contract) => contract.subject);
    if (missing.length > 0) throw new Error(`no handler for ${missing.join(', ')}`);
  }

  private serve(contract: CallContract, handler: RouteHandler): Promise<() => Promise<void>> {
    const route: CallRoute = { contract, compiled: compiledCall(contract), handler };
    return this.transport.serve(contract.subject, contract.service, (request) => {
      this.receive(route, request);
    });
  }

  private consume(contract: DurableEventContract, handler: DurableHandler): Promise<() => Promise<void>> {
    const route = new DurableRoute(contract, handler, this.log);
    return this.transport.consumeDurable(
      {
        stream: contract.stream,
        subject: contract.subject,
        consumer: contract.service,
        maxBatch: MAX_DURABLE_MESSAGES,
      },
      (messages) => route.consume(messages),
    );
  }

  private receive(route: CallRoute, request: IncomingRequest): void {
    // Before anything is parsed: what cannot be handled must not cost much either.
    if (this.inFlight >= this.maxInFlight) {
      respondError(request, overloaded());
      return;
    }
    try {
      // What is too late in any case is not even parsed.
      if (request.waitedMs >= route.contract.deadlineMs) throw tooLate();
      if (request.headers[HEADER.group] === undefined) this.receiveOne(route, request);
      else this.receiveGroup(route, request);
    } catch (error) {
      respondError(request, AppError.from(error));
    }
  }

  private receiveOne(route: CallRoute, request: IncomingRequest): void {
    const body = parse(request.payload);
    const { headers } = request;
    const answer = new SingleAnswer(request, this.transport.maxPayloadBytes);
    this.startCall(
      route,
      headers[HEADER.call] ?? '',
      Number(headers[HEADER.deadline]),
      headers[HEADER.request] ?? '',
      headers[HEADER.trace] ?? '',
      answer,
      0,
      body,
      request.waitedMs,
    );
  }

  private receiveGroup(route: CallRoute, request: IncomingRequest): void {
    const members = decodeGroup(request.payload);
    const answer = new GroupAnswer(request, members.length, this.transport.maxPayloadBytes);
    for (let slot = 0; slot < members.length; slot++) {
      const [id, deadlineMs, requestId, traceparent, body] = members[slot] as (typeof members)[number];
      if (this.inFlight >= this.maxInFlight) answer.error(slot, overloaded());
      else this.startCall(route, id, deadlineMs, requestId, traceparent, answer, slot, body, request.waitedMs);
    }
  }

  private startCall(
    route: CallRoute,
    id: string,
    deadlineMs: number,
    requestId: string,
    traceparent: string,
    answer: Answer,
    slot: number,
    body: unknown,
    waitedMs: number,
  ): void {
    const longest = route.contract.deadlineMs;
    // A deadline that is missing or not a number fails the comparison.
    const remainingMs = (deadlineMs < longest ? deadlineMs : longest) - waitedMs;
    if (remainingMs <= 0) {
      answer.error(slot, tooLate());
      return;
    }
    const call = new IncomingCall(route, id, deadlineNow() + remainingMs, requestId, traceparent, this, answer, slot);
    this.inFlight++;
    this.running.set(id, call);
    void call.run(body);
  }
}

/** The caller has given up by now; to do it late could undo what it has asked for since. */
function tooLate(): AppError {
  return new AppError('deadline_exceeded', { reason: 'waited_too_long_on_its_way' });
}

function overloaded(): AppError {
  return new AppError('overloaded', { retryAfterSeconds: 1, reason: 'too_many_calls_in_hand' });
}
