import { AppError } from '#errors';
import type { FastifyReply } from 'fastify';
import { setTimeout as sleep } from 'node:timers/promises';

/** Longer than the look-up of a client that no cache knows takes, in milliseconds. */
const STEP_MS = 50;

/**
 * Lets a failed client authentication leave only at whole steps of time since the request came. What is known of a client that
 * exists lies in a cache, for one that does not its owner has to be asked first: the first try would tell them apart. It waits
 * here and not where it is decided, because on the bus it may travel with answers that shall not wait.
 */
export async function evenly<T>(reply: Pick<FastifyReply, 'elapsedTime'>, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (thrown) {
    if (AppError.from(thrown).code === 'invalid_client') await sleep(STEP_MS - (reply.elapsedTime % STEP_MS));
    throw thrown;
  }
}
