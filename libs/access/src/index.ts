export {
  assignedScopes,
  audienceOf,
  effectiveAccess,
  rolesHeldIn,
  type Assignments,
  type EffectiveAccess,
  type HeldScope,
  type RoleScope,
} from './effective-access.js';
