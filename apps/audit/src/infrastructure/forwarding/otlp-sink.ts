import type { AuditEvent } from '#contracts';
import { LogSink } from '../../domain/forwarding/log-sink.js';
import { otlpLogs } from './otlp-logs.js';

const TIMEOUT_MS = 15_000;
/** The most of an answer that is read, in characters: it says how many records were rejected, in a few words. */
const MAX_ANSWER = 65_536;

/** Sends to an OpenTelemetry collector by OTLP/HTTP in JSON. It answers how many records it
 * rejected; those must not be sent again (OTLP specification, partial success). */
export class OtlpSink extends LogSink {
  readonly name = 'otlp';
  /** In milliseconds; tests shorten it. */
  timeoutMs = TIMEOUT_MS;

  /** @param url of the logs endpoint, usually `…/v1/logs` */
  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>>,
  ) {
    super();
  }

  async send(events: readonly AuditEvent[]): Promise<number> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { ...this.headers, 'content-type': 'application/json' },
      body: JSON.stringify(otlpLogs(events, new Date())),
      redirect: 'error',
      signal: AbortSignal.timeout(this.timeoutMs),
    });
    const text = (await response.text()).slice(0, MAX_ANSWER);
    if (!response.ok) throw new Error(`the collector answered ${String(response.status)}`);
    return rejectedRecords(text);
  }
}

/** `partialSuccess.rejectedLogRecords` of the answer; 0 for an answer without. */
function rejectedRecords(text: string): number {
  try {
    const answer = JSON.parse(text) as { readonly partialSuccess?: { readonly rejectedLogRecords?: unknown } } | null;
    const rejected = Number(answer?.partialSuccess?.rejectedLogRecords ?? 0);
    return Number.isNaN(rejected) ? 0 : rejected;
  } catch {
    return 0;
  }
}
