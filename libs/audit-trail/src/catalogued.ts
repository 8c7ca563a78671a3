import { AUDIT_CATALOGUE, type AuditEvent, type AuditType } from '#contracts';
import { Value } from '@sinclair/typebox/value';

/**
 * In which respects an event is not as the catalogue says; for tests. The log takes it nevertheless: a record that is not quite
 * as described is better than none.
 */
export function auditEventProblems(event: AuditEvent): readonly string[] {
  const type: AuditType = AUDIT_CATALOGUE[event.type];
  const failed = event.outcome === 'failure';
  const problems = [
    ...(type.outcomes.includes(event.outcome) ? [] : [`outcome ${event.outcome}`]),
    ...(failed === (event.reason !== null) ? [] : [`reason ${String(event.reason)} of a ${event.outcome}`]),
    ...(event.reason === null || Object.hasOwn(type.reasons, event.reason) ? [] : [`unknown reason ${event.reason}`]),
    ...(type.actors.some((kind) => kind === event.actor.kind) ? [] : [`actor ${event.actor.kind}`]),
    ...presenceProblem('client_id', type.clientId, event.client_id),
    ...presenceProblem('subject_id', type.subjectId, event.subject_id),
    ...presenceProblem('jti', type.jti, event.jti),
    ...((event.target?.kind ?? null) === type.target ? [] : [`target ${String(event.target?.kind)}`]),
    ...[...Value.Errors(type.details, event.details)].map(({ path, message }) => `details${path}: ${message}`),
  ];
  return problems.map((problem) => `${event.type}: ${problem}`);
}

function presenceProblem(member: string, presence: AuditType['clientId'], value: string | null): readonly string[] {
  if (presence === 'sometimes' || (presence === 'always') === (value !== null)) return [];
  return [`${member} is ${presence} there, but it is ${value === null ? 'null' : 'not null'}`];
}

/** For the fakes of tests: @throws Error when an event is not as the catalogue says. */
export function requireCatalogued(event: AuditEvent): void {
  const problems = auditEventProblems(event);
  if (problems.length > 0) throw new Error(problems.join('; '));
}
