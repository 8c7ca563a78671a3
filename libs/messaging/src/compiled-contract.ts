import type { CallContract, DurableEventContract } from '#contracts';
import type { TSchema } from '@sinclair/typebox';
import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler';

/** A contract's schemas as compiled checks. */
export interface CompiledCall {
  readonly request: TypeCheck<TSchema>;
  readonly reply: TypeCheck<TSchema>;
}

const calls = new WeakMap<CallContract, CompiledCall>();
const events = new WeakMap<DurableEventContract, TypeCheck<TSchema>>();

/** Compiles a call's schemas, once for each contract. */
export function compiledCall(contract: CallContract): CompiledCall {
  let compiled = calls.get(contract);
  if (compiled === undefined) {
    compiled = { request: TypeCompiler.Compile(contract.request), reply: TypeCompiler.Compile(contract.reply) };
    calls.set(contract, compiled);
  }
  return compiled;
}

/** Compiles an event's schema, once for each contract. */
export function compiledEvent(contract: DurableEventContract): TypeCheck<TSchema> {
  let compiled = events.get(contract);
  if (compiled === undefined) {
    compiled = TypeCompiler.Compile(contract.event);
    events.set(contract, compiled);
  }
  return compiled;
}

/** The first thing wrong with a value: where and what was expected, never the value itself. */
export function violation(check: TypeCheck<TSchema>, value: unknown): string {
  const first = check.Errors(value).First();
  return first === undefined ? 'contract_violation' : `contract_violation ${first.path || '/'}: ${first.message}`;
}
