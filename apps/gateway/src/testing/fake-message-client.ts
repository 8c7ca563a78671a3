import type { CallContract, ReplyOf, RequestOf } from '#contracts';
import { AppError } from '#errors';
import { MessageClient, type CallContext } from '#messaging';
import { Value } from '@sinclair/typebox/value';

type Answer = (request: unknown, context: CallContext) => unknown;

/** One call as the gateway made it. */
export interface RecordedCall {
  readonly subject: string;
  readonly request: unknown;
  readonly context: CallContext;
}

/** The bus, in memory: answers what a test tells it to, and holds both sides to their contract. */
export class FakeMessageClient extends MessageClient {
  readonly calls: RecordedCall[] = [];
  private readonly answers = new Map<string, Answer>();

  /** Sets what a contract answers. */
  on<C extends CallContract>(
    contract: C,
    answer: (request: RequestOf<C>, context: CallContext) => ReplyOf<C> | Promise<ReplyOf<C>>,
  ): void {
    this.answers.set(contract.subject, answer as Answer);
  }

  /** The requests of a contract so far. */
  requestsOf<C extends CallContract>(contract: C): RequestOf<C>[] {
    return this.calls.filter(({ subject }) => subject === contract.subject).map(({ request }) => request);
  }

  override async call<C extends CallContract>(
    contract: C,
    request: RequestOf<C>,
    context: CallContext,
  ): Promise<ReplyOf<C>> {
    // What is sent is what is read: `undefined` members would vanish on a real bus.
    assertFits(contract, 'request', contract.request, request);
    this.calls.push({ subject: contract.subject, request, context });
    const answer = this.answers.get(contract.subject);
    if (answer === undefined) throw new AppError('unavailable', { reason: `nobody answers ${contract.subject}` });
    const reply = await answer(request, context);
    assertFits(contract, 'reply', contract.reply, reply);
    return reply as ReplyOf<C>;
  }
}

function assertFits(contract: CallContract, side: string, schema: CallContract['request'], value: unknown): void {
  if (Value.Check(schema, value)) return;
  const first = Value.Errors(schema, value).First();
  throw new Error(`${contract.subject} ${side} breaks its contract at ${first?.path ?? '?'}: ${first?.message ?? '?'}`);
}
