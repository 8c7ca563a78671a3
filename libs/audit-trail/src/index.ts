export { auditActor, changesBetween, MASK, newAuditEvent, type AuditFacts } from './new-audit-event.js';
