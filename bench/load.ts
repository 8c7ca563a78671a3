import autocannon from 'autocannon';

/** What one run of the load generator saw. Latencies in milliseconds. */
export interface LoadResult {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly ok: number;
  readonly failed: number;
}

/** One measurement: a POST repeated over keep-alive connections for a time. */
export interface LoadTarget {
  readonly url: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
}

/** Runs as a process of its own, so that its CPU time can be told apart from that of what it measures. */
const target = JSON.parse(process.argv[2] ?? '{}') as LoadTarget;
const result = await autocannon({
  url: target.url,
  method: 'POST',
  body: target.body,
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...target.headers },
  connections: target.connections,
  duration: target.seconds,
});
const answer: LoadResult = {
  perSecond: result['2xx'] / result.duration,
  p50: result.latency.p50,
  p99: result.latency.p99,
  ok: result['2xx'],
  failed: result.non2xx + result.errors,
};
console.log(JSON.stringify(answer));
