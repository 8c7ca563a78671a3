import { Logger } from '#observability';
import { Injectable } from '@nestjs/common';
import { Counter, Gauge, register } from 'prom-client';
import { ForwardingObserver } from '../../domain/forwarding/forwarding-observer.js';

const events = new Counter({
  name: 'chancery_audit_forwarded_total',
  help: 'Attempts to forward an event, by sink (webhook, syslog, otlp) and result (arrived, failed).',
  labelNames: ['sink', 'result'] as const,
  registers: [register],
});
const dead = new Counter({
  name: 'chancery_audit_webhook_dead_total',
  help: 'Deliveries of webhooks that were given up. They are listed, and can be tried again, under the webhook.',
  registers: [register],
});
const behind = new Gauge({
  name: 'chancery_audit_forward_lag_events',
  help: 'Events of the log that a sink of the instance has not had yet; of the replica that forwards it.',
  labelNames: ['sink'] as const,
  registers: [register],
});
const failures = new Counter({
  name: 'chancery_audit_forward_failures_total',
  help: 'Steps of forwarding that failed, by sink: the receiver of syslog or otlp, or the storage.',
  labelNames: ['sink'] as const,
  registers: [register],
});

/** Counts in Prometheus, and tells the log of what an operator must look at. */
@Injectable()
export class PrometheusForwardingObserver extends ForwardingObserver {
  constructor(private readonly logger: Logger) {
    super();
  }

  attempted(sink: string, arrived: number, failed: number): void {
    events.inc({ sink, result: 'arrived' }, arrived);
    events.inc({ sink, result: 'failed' }, failed);
  }

  died(count: number): void {
    dead.inc(count);
  }

  behind(sink: string, lag: number): void {
    behind.set({ sink }, lag);
  }

  failed(sink: string, error: unknown): void {
    failures.inc({ sink });
    this.logger.warn({ error, sink }, 'forwarding the audit log has to wait');
  }
}
