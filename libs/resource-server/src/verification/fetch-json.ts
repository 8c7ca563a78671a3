import type { VerifierSettings } from './options.js';

/** Far beyond any key set or metadata document. */
const MAX_BYTES = 262_144;

/** An answer that was not the document. */
export class FetchFailed extends Error {
  override readonly name = 'FetchFailed';

  constructor(
    message: string,
    /** The HTTP status; null when none came. */
    readonly status: number | null,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/**
 * Fetches a JSON object: within the time limit, of bounded size, from exactly there (a redirect is a failure).
 *
 * @throws FetchFailed
 */
export async function fetchJson(
  url: string,
  settings: Pick<VerifierSettings, 'fetch' | 'timeoutMs'>,
): Promise<Readonly<Record<string, unknown>>> {
  const signal = AbortSignal.timeout(settings.timeoutMs);
  try {
    const response = await raced(
      settings.fetch(url, { headers: { accept: 'application/json' }, redirect: 'error', signal }),
      signal,
    );
    if (response.status !== 200) {
      void response.body?.cancel().catch(() => undefined);
      throw new FetchFailed(`${url} answered ${response.status}`, response.status);
    }
    const value: unknown = JSON.parse(await raced(boundedText(response), signal));
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new FetchFailed(`${url} answered with something else than a JSON object`, 200);
    }
    return value as Readonly<Record<string, unknown>>;
  } catch (thrown) {
    throw thrown instanceof FetchFailed ? thrown : new FetchFailed(`${url} could not be fetched`, null, thrown);
  }
}

/** Also ends when the fetch that was given takes no notice of the signal. */
function raced<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', onAbort);
    });
  });
}

async function boundedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.value !== undefined; read = await reader?.read()) {
    chunks.push(read.value as Uint8Array);
    size += chunks.at(-1)?.byteLength ?? 0;
    if (size > MAX_BYTES) {
      void reader?.cancel().catch(() => undefined);
      throw new FetchFailed('the document is too large', 200);
    }
  }
  return Buffer.concat(chunks).toString('utf8');
}
