import type { ListAuditEvents, RequestOf } from '#contracts';
import { AppError } from '#errors';
import type { EventFilter } from '../domain/audit-log.js';

type WireFilter = RequestOf<typeof ListAuditEvents>['filter'];

/** Decodes the filter of a list request. @throws AppError `validation_failed` for an instant that does not exist. */
export function decodeFilter(wire: WireFilter): EventFilter {
  const { from, to, ...members } = wire;
  return {
    ...members,
    ...(from === undefined ? {} : { from: decodeInstant(from, 'from') }),
    ...(to === undefined ? {} : { to: decodeInstant(to, 'to') }),
  };
}

/** Decodes an instant. @throws AppError `validation_failed` for one that does not exist. */
export function decodeInstant(value: string, field: string): Date {
  const date = new Date(value);
  if (!Number.isNaN(date.getTime())) return date;
  throw new AppError('validation_failed', {
    fields: [{ pointer: `/${field}`, field, message: 'must be an instant that exists' }],
  });
}
