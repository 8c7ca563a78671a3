import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '#errors';
import type { Transport } from '../transport.js';

/** How a suite gets at one kind of transport. */
export interface TransportHarness {
  /** Another member of the same bus: a connection of its own, or the one object there is in process. */
  open(name: string): Promise<Transport>;
  /** Closes everything opened. */
  close(): Promise<void>;
}

let lastWord = 0;

/** A word no other test of this run uses, for subjects and streams that outlive a test. */
export function freshWord(): string {
  return `t${process.pid.toString(36)}x${Date.now().toString(36)}x${(++lastWord).toString(36)}`;
}

/** Waits until something holds. @throws Error when it does not in time. */
export async function eventually(condition: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const until = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > until) throw new Error('did not happen in time');
    await sleep(5);
  }
}

/** The error a promise rejects with. @throws Error when it does not, or with something else than an AppError. */
export async function errorOf(promise: Promise<unknown>): Promise<AppError> {
  const outcome = await promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof AppError) return outcome.error;
  throw new Error(`not refused with an AppError: ${JSON.stringify(outcome)}`);
}
