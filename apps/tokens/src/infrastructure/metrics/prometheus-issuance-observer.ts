import type { GrantType } from '#contracts';
import type { ErrorCode } from '#errors';
import { Injectable } from '@nestjs/common';
import { Counter, Histogram, register } from 'prom-client';
import { IssuanceObserver } from '../../domain/issuance-observer.js';

/** Counts issuance for Prometheus. */
@Injectable()
export class PrometheusIssuanceObserver extends IssuanceObserver {
  private readonly issuedTotal = counter('issued_total', 'Access tokens issued.', ['grant_type']);
  private readonly refusedTotal = counter('refused_total', 'Token requests refused or failed.', ['code']);
  private readonly recordMissingTotal = counter(
    'record_missing_total',
    'Tokens and refusals held back because their audit record could not be made.',
    [],
  );

  private readonly bytes = histogram('access_token_bytes', 'Length of the access tokens issued, in bytes.', [
    ...[512, 1_024, 2_048, 4_096, 6_144, 8_192, 12_288],
  ]);

  sized(bytes: number): void {
    this.bytes.observe(bytes);
  }

  issued(grantType: GrantType): void {
    this.issuedTotal.inc({ grant_type: grantType });
  }

  refused(code: ErrorCode): void {
    this.refusedTotal.inc({ code });
  }

  recordMissing(): void {
    this.recordMissingTotal.inc();
  }
}

/** One process may hold the service more than once (tests); they share a metric. */
function counter(name: string, help: string, labelNames: string[]): Counter {
  const fullName = `chancery_tokens_${name}`;
  const existing = register.getSingleMetric(fullName);
  return existing instanceof Counter ? existing : new Counter({ name: fullName, help, labelNames });
}

/** As `counter`. */
function histogram(name: string, help: string, buckets: number[]): Histogram {
  const fullName = `chancery_tokens_${name}`;
  const existing = register.getSingleMetric(fullName);
  return existing instanceof Histogram ? existing : new Histogram({ name: fullName, help, buckets });
}
