import { isNativeError } from 'node:util/types';

/** A request that got no HTTP answer, because its connection broke or none could be made. */
export interface NoAnswer {
  /** The gateway that was asked. */
  readonly base: string;
  /** When it was sent and when it was clear that no answer comes, both of `performance.now()`. */
  readonly sentAt: number;
  readonly endedAt: number;
  readonly reason: string;
}

/**
 * Why `fetch` got no answer; null for any other failure. What it throws comes from outside the context that Jest runs a test in:
 * `instanceof TypeError` is never true of it.
 */
export function reasonOfNoAnswer(error: unknown): string | null {
  if (!isNativeError(error) || error.name !== 'TypeError') return null;
  // While the headers are awaited, and while the body is read.
  if (error.message !== 'fetch failed' && error.message !== 'terminated') return null;
  return isNativeError(error.cause) ? `${error.message}: ${error.cause.message}` : error.message;
}

/** Makes a request and tells when it got no answer; any other failure is thrown. */
export async function answerOrNone<T>(base: string, request: () => Promise<T>): Promise<T | NoAnswer> {
  const sentAt = performance.now();
  try {
    return await request();
  } catch (error) {
    const reason = reasonOfNoAnswer(error);
    if (reason === null) throw error;
    return { base, sentAt, endedAt: performance.now(), reason };
  }
}

/** Whether no answer came. */
export function isNoAnswer(result: object): result is NoAnswer {
  return 'sentAt' in result && 'endedAt' in result;
}
