import { Injectable } from '@nestjs/common';
import { Counter, Gauge, register } from 'prom-client';
import { BoundedWork } from '../../domain/bounded-work.js';
import { PasswordObserver } from '../../domain/password-observer.js';
import type { PasswordVerdict } from '../../domain/password-verdict.js';

const checks = new Counter({
  name: 'chancery_identity_password_checks_total',
  help: 'Password checks by result: verified, the reason of the refusal, shed because too many waited, or slowed because too many were wrong.',
  labelNames: ['result'] as const,
  registers: [register],
});
const waiting = new Gauge({
  name: 'chancery_identity_password_checks_waiting',
  help: 'Password checks that wait for their turn to hash.',
  registers: [register],
});

/** Counts in Prometheus. */
@Injectable()
export class PrometheusPasswordObserver extends PasswordObserver {
  constructor(private readonly hashing: BoundedWork) {
    super();
  }

  checked(verdict: PasswordVerdict): void {
    this.count(verdict.outcome === 'verified' ? 'verified' : verdict.reason);
  }

  shed(): void {
    this.count('shed');
  }

  slowed(): void {
    this.count('slowed');
  }

  private count(result: string): void {
    checks.inc({ result });
    waiting.set(this.hashing.queueLength);
  }
}
