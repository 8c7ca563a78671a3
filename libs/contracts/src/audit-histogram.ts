import { Type, type Static } from '@sinclair/typebox';
import { ListAuditEvents } from './audit.js';
import { Instant, Uuid } from './common.js';
import { defineCall } from './contract.js';

/** Widths of the buckets of a histogram. They begin at whole multiples in UTC, weeks on Mondays. */
export const HISTOGRAM_BUCKETS = ['1m', '5m', '15m', '1h', '6h', '1d', '7d'] as const;
/** The width of a bucket. */
export type HistogramBucket = (typeof HISTOGRAM_BUCKETS)[number];
const Bucket = Type.Union(HISTOGRAM_BUCKETS.map((name) => Type.Literal(name)));

/** The most buckets of one histogram. */
export const HISTOGRAM_MAX_BUCKETS = 500;

/** How many events of which type and outcome there were, by time, in the form the API shows it. */
export const AuditHistogram = Type.Object({
  /** Where the first bucket begins: at `from` or before. */
  from: Instant,
  /** Where the last one ends: at `to` or after. */
  to: Instant,
  bucket: Bucket,
  /** Every one of them, oldest first. */
  buckets: Type.Array(
    Type.Object({
      at: Instant,
      counts: Type.Array(
        Type.Object({
          type: Type.String(),
          outcome: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
          count: Type.Integer({ minimum: 1 }),
        }),
      ),
    }),
  ),
});
/** How many events of which type and outcome there were, by time. */
export type AuditHistogram = Static<typeof AuditHistogram>;

/** Counts a realm's events by time. `validation_failed` for too many buckets, or too many events for a filter that must read them. */
export const ReadAuditHistogram = defineCall({
  subject: 'audit.histogram.read.v1',
  callers: ['gateway'],
  request: Type.Object({
    realm: Type.String(),
    realmId: Uuid,
    filter: Type.Omit(ListAuditEvents.request.properties.filter, ['from', 'to']),
    from: Instant,
    to: Instant,
    bucket: Bucket,
  }),
  reply: AuditHistogram,
});
