export { auditEventProblems, requireCatalogued } from './catalogued.js';
export { auditActor, changesBetween, newAuditEvent, type AuditFacts } from './new-audit-event.js';
export { holdsSecret, MASK, maskSecrets } from './mask-secrets.js';
