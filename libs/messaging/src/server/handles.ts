import type { CallContract, DurableEventContract } from '#contracts';
import { applyDecorators, UseFilters } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';
import { AppErrorRpcFilter } from './app-error-rpc.filter.js';

/** What `Handles` and `HandlesDurable` tell the server about a method. */
export interface HandlerExtras {
  readonly call?: CallContract;
  readonly durable?: DurableEventContract;
}

const filter = new AppErrorRpcFilter();

/**
 * Makes a controller method answer a call: `(@Payload() request: RequestOf<…>, @Ctx() context: CallContext)` returns the
 * reply or throws an `AppError`. The request is valid when it arrives.
 */
export function Handles(contract: CallContract): MethodDecorator {
  return applyDecorators(
    MessagePattern(contract.subject, { call: contract } satisfies HandlerExtras),
    UseFilters(filter),
  );
}

/**
 * Makes a controller method consume a durable event: `(@Payload() batch: DurableBatch<EventOf<…>>)`. Resolved: the whole
 * batch is acknowledged. Rejected: it comes again.
 */
export function HandlesDurable(contract: DurableEventContract): MethodDecorator {
  return applyDecorators(
    MessagePattern(contract.subject, { durable: contract } satisfies HandlerExtras),
    UseFilters(filter),
  );
}
