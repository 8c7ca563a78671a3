import { setTimeout as sleep } from 'node:timers/promises';
import { defineCall, defineDurableEvent, type EventOf, type RequestOf } from '#contracts';
import { AppError, isErrorCode } from '#errors';
import { Controller, Module, type INestMicroservice } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { Type } from '@sinclair/typebox';
import { deadlineNow } from '../deadline-clock.js';
import type { CallContext } from '../call-context.js';
import type { DurableBatch } from '../ports.js';
import { ContractServer, type ContractServerOptions } from '../server/contract-server.js';
import { Handles, HandlesDurable } from '../server/handles.js';
import type { Transport } from '../transport.js';

const Task = Type.Object({
  text: Type.String({ maxLength: 20_000_000 }),
  /** How long the handler takes, in milliseconds. */
  takes: Type.Optional(Type.Integer()),
  /** What it throws: a code, or `crash` for something unexpected. */
  throws: Type.Optional(Type.String()),
  /** Whether it answers with something the contract does not allow. */
  lies: Type.Optional(Type.Boolean()),
  /** How often the reply repeats the text. Default once. */
  repeat: Type.Optional(Type.Integer()),
  /** Goes alone although its contract is grouped. */
  alone: Type.Optional(Type.Boolean()),
});
const Outcome = Type.Object({
  text: Type.String(),
  requestId: Type.String(),
  traceparent: Type.String(),
  remainingMs: Type.Integer(),
});

/** The contracts of a service made for one test. */
export function testContracts(word: string) {
  const shape = { callers: ['gateway'] as const, request: Task, reply: Outcome };
  return {
    single: defineCall({ ...shape, subject: `tokens.${word}.single.v1`, deadlineMs: 20_000 }),
    grouped: defineCall({
      ...shape,
      subject: `tokens.${word}.grouped.v1`,
      deadlineMs: 20_000,
      grouped: (task) => task.alone !== true,
    }),
    happened: defineDurableEvent({
      subject: `audit.${word}.happened.v1`,
      stream: `S${word.toUpperCase()}`,
      publishers: ['tokens'],
      event: Type.Object({ id: Type.String(), size: Type.Optional(Type.String()) }, { additionalProperties: false }),
      deadlineMs: 20_000,
    }),
  };
}

/** The contracts of a service made for one test. */
export type TestContracts = ReturnType<typeof testContracts>;

/** What a test service has seen, and how its consumer behaves. */
export class Observed {
  calls = 0;
  aborted: string[] = [];
  running = 0;
  mostRunning = 0;
  events: { readonly id: string }[] = [];
  poison: { readonly payload: string; readonly error: string }[] = [];
  batches = 0;
  /** How many of the next batches the consumer fails to handle. */
  failBatches = 0;
}

/** Starts a Nest microservice that serves the contracts. */
export async function startTestService(
  transport: Transport,
  contracts: TestContracts,
  observed: Observed,
  options: ContractServerOptions = {},
): Promise<INestMicroservice> {
  const { single, grouped, happened } = contracts;

  async function perform(task: RequestOf<typeof single>, context: CallContext) {
    observed.calls++;
    observed.mostRunning = Math.max(observed.mostRunning, ++observed.running);
    try {
      if (task.takes !== undefined) await sleep(task.takes, undefined, { signal: context.signal });
    } catch {
      observed.aborted.push(`${task.text}: ${(context.signal.reason as AppError).code}`);
    } finally {
      observed.running--;
    }
    if (task.throws === 'crash') throw new Error('unexpected: password hunter2');
    if (isErrorCode(task.throws)) {
      throw new AppError(task.throws, {
        detail: 'said why',
        reason: 'inner_reason',
        fields: [{ pointer: '/name', field: 'name', message: 'is taken' }],
        retryAfterSeconds: 7,
      });
    }
    const { requestId, traceparent, deadlineAt } = context;
    return {
      text: task.lies === true ? (42 as unknown as string) : `${task.text.repeat(task.repeat ?? 1)}!`,
      requestId,
      traceparent,
      remainingMs: Math.floor(deadlineAt - deadlineNow()),
    };
  }

  @Controller()
  class TestController {
    @Handles(single)
    single(@Payload() task: RequestOf<typeof single>, @Ctx() context: CallContext) {
      return perform(task, context);
    }

    @Handles(grouped)
    grouped(@Payload() task: RequestOf<typeof grouped>, @Ctx() context: CallContext) {
      return perform(task, context);
    }
  }

  @Controller()
  class TestConsumer {
    @HandlesDurable(happened)
    happened(@Payload() batch: DurableBatch<EventOf<typeof happened>>): Promise<void> {
      observed.batches++;
      if (observed.failBatches-- > 0) return Promise.reject(new Error('no database'));
      observed.events.push(...batch.events);
      observed.poison.push(...batch.poison);
      return Promise.resolve();
    }
  }

  @Module({ controllers: [TestController, TestConsumer] })
  class TestModule {}

  const server = new ContractServer(transport, ['tokens', 'audit'], {
    calls: [single, grouped],
    durableEvents: [happened],
    ...options,
  });
  const app = await NestFactory.createMicroservice(TestModule, { strategy: server, logger: false });
  await app.listen();
  return app;
}
