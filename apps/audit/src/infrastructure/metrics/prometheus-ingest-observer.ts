import { Clock } from '#host';
import { Logger } from '#observability';
import { Injectable } from '@nestjs/common';
import { Counter, Histogram, register } from 'prom-client';
import type { AppendResult } from '../../domain/audit-log.js';
import { IngestObserver } from '../../domain/ingest-observer.js';

const events = new Counter({
  name: 'chancery_audit_events_total',
  help: 'Events delivered to the audit log, by what became of them: appended, duplicate or conflicting.',
  labelNames: ['result'] as const,
  registers: [register],
});
const poison = new Counter({
  name: 'chancery_audit_poison_total',
  help: 'Payloads set aside in audit.poison because they are no audit event. Any at all is worth a look.',
  registers: [register],
});
const lag = new Histogram({
  name: 'chancery_audit_ingest_lag_seconds',
  help: 'Age of the oldest event of a batch when the batch was stored.',
  buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 15, 60, 300],
  registers: [register],
});

/** Counts in Prometheus and tells the log of what an operator must look at. */
@Injectable()
export class PrometheusIngestObserver extends IngestObserver {
  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    super();
  }

  stored(result: AppendResult & { readonly oldest: Date | null }): void {
    events.inc({ result: 'appended' }, result.appended);
    events.inc({ result: 'duplicate' }, result.duplicates);
    events.inc({ result: 'conflicting' }, result.conflicting);
    if (result.oldest !== null)
      lag.observe(Math.max(0, (this.clock.now().getTime() - result.oldest.getTime()) / 1_000));
    if (result.conflicting > 0) {
      this.logger.error({ count: result.conflicting }, 'audit events came twice under one id with different content');
    }
  }

  setAside(error: string, digest: string): void {
    poison.inc();
    this.logger.error({ error, digest }, 'a payload is no audit event and was set aside in audit.poison');
  }
}
