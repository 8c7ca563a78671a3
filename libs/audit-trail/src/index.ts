export { auditEventProblems, requireCatalogued } from './catalogued.js';
export { auditActor, changesBetween, MASK, newAuditEvent, type AuditFacts } from './new-audit-event.js';
