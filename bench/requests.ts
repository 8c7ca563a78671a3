import { Agent, request as send } from 'node:http';

/** A request as a measurement makes it. */
export interface BenchRequest {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a measurement saw. Latencies in milliseconds. */
export interface Measured {
  readonly count: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** Answers that were no success, with the first of them. */
  readonly failed: number;
  readonly failure: string | null;
}

/** An answer. */
export interface BenchAnswer {
  readonly status: number;
  readonly text: string;
}

/** Sends requests over connections that stay open. */
export class Requests {
  private readonly agent: Agent;
  private readonly base: URL;

  constructor(baseUrl: string, connections: number) {
    this.base = new URL(baseUrl);
    this.agent = new Agent({ keepAlive: true, maxSockets: connections });
  }

  ask({ method, path, headers = {}, body }: BenchRequest): Promise<BenchAnswer> {
    return new Promise((resolve, reject) => {
      const outgoing = send(
        {
          agent: this.agent,
          host: this.base.hostname,
          port: this.base.port,
          method,
          path,
          headers: body === undefined ? headers : { ...headers, 'content-length': Buffer.byteLength(body) },
        },
        (incoming) => {
          let text = '';
          incoming.setEncoding('utf8');
          incoming.on('data', (chunk: string) => (text += chunk));
          incoming.on('end', () => resolve({ status: incoming.statusCode ?? 0, text }));
          incoming.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  /** As JSON; throws when it is no success. */
  async json<T>(request: BenchRequest): Promise<T> {
    const answer = await this.ask(request);
    if (answer.status < 200 || answer.status > 299) {
      throw new Error(`${request.method} ${request.path} → ${String(answer.status)} ${answer.text.slice(0, 300)}`);
    }
    return JSON.parse(answer.text) as T;
  }

  /**
   * Sends what `next` gives, `parallel` at a time, until it gives nothing more or the time is over.
   *
   * @throws Error when it gives nothing at all.
   */
  async measure(
    next: () => BenchRequest | undefined,
    limits: { readonly parallel: number; readonly seconds: number },
  ): Promise<Measured> {
    const latencies: number[] = [];
    let failed = 0;
    let failure: string | null = null;
    const started = performance.now();
    const end = started + limits.seconds * 1_000;
    const work = async (): Promise<void> => {
      for (;;) {
        const request = performance.now() < end ? next() : undefined;
        if (request === undefined) return;
        const sent = performance.now();
        const { status, text } = await this.ask(request).catch((error: unknown) => ({
          status: 0,
          text: String(error),
        }));
        latencies.push(performance.now() - sent);
        if (status >= 200 && status <= 299) continue;
        failed += 1;
        failure ??= `${request.method} ${request.path} → ${String(status)} ${text.slice(0, 200)}`;
      }
    };
    await Promise.all(Array.from({ length: limits.parallel }, work));
    const [first] = latencies;
    if (first === undefined) throw new Error('nothing was measured: there was nothing to ask for');
    const seconds = (performance.now() - started) / 1_000;
    latencies.sort((a, b) => a - b);
    const quantile = (q: number): number =>
      latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * q))] ?? first;
    return {
      count: latencies.length,
      perSecond: (latencies.length - failed) / seconds,
      p50: quantile(0.5),
      p99: quantile(0.99),
      max: latencies.at(-1) ?? first,
      failed,
      failure,
    };
  }

  close(): void {
    this.agent.destroy();
  }
}
