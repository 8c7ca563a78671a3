import { Counter, Gauge, register } from 'prom-client';

const PENDING = 'chancery_outbox_pending';
const FAILURES = 'chancery_outbox_failures_total';

// Looked up first, because standalone holds the outboxes of several services and the registry takes a name once.
const pending =
  (register.getSingleMetric(PENDING) as Gauge<'service'> | undefined) ??
  new Gauge({ name: PENDING, help: 'Messages committed and not sent yet.', labelNames: ['service'] });
const failures =
  (register.getSingleMetric(FAILURES) as Counter<'service' | 'subject'> | undefined) ??
  new Counter({ name: FAILURES, help: 'Attempts to send that failed.', labelNames: ['service', 'subject'] });

/** Sets how many messages of a service wait in its outbox. */
export function observePending(service: string, count: number): void {
  pending.set({ service }, count);
}

/** Counts a failed attempt. */
export function countFailure(service: string, subject: string): void {
  failures.inc({ service, subject });
}
