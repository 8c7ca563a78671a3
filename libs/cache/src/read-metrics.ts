import { Counter, Gauge, register } from 'prom-client';

/**
 * How a read was answered: `hit` (version confirmed, parsed value reused), `parsed` (value from the store), or by the owner
 * because the key was `missing` or `fenced` or the `store_away`.
 */
export type ReadResult = 'hit' | 'parsed' | 'missing' | 'fenced' | 'store_away';

const NAME = 'chancery_snapshot_reads_total';

/** Looked up first, because a process may hold several readers and the registry takes a name once. */
const reads =
  (register.getSingleMetric(NAME) as Counter<'result'> | undefined) ??
  new Counter({ name: NAME, help: 'Snapshot reads by how they were answered.', labelNames: ['result'] });

const children = new Map<ReadResult, Counter.Internal>();

/** Counts reads that were answered alike. */
export function countRead(result: ReadResult, readers: number): void {
  let child = children.get(result);
  if (child === undefined) children.set(result, (child = reads.labels(result)));
  child.inc(readers);
}

const caches = new Set<{ readonly size: number; readonly calculatedSize: number }>();

/** Shows how full the caches of parsed snapshots of this process are. */
export function observeCache(cache: { readonly size: number; readonly calculatedSize: number }): void {
  caches.add(cache);
  gauge('chancery_snapshot_cache_entries', 'Parsed snapshots that are kept in memory.', ({ size }) => size);
  gauge(
    'chancery_snapshot_cache_bytes',
    'Estimated size of the parsed snapshots that are kept in memory.',
    ({ calculatedSize }) => calculatedSize,
  );
}

function gauge(name: string, help: string, valueOf: (cache: { size: number; calculatedSize: number }) => number): void {
  if (register.getSingleMetric(name) !== undefined) return;
  new Gauge({
    name,
    help,
    collect() {
      this.set([...caches].reduce((sum, cache) => sum + valueOf(cache), 0));
    },
  });
}
