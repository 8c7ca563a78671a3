import type { AccessRequirements } from '../http/requirements.js';
import { MARKS } from './decorators.js';

const KINDS = ['permissions', 'roles', 'realmRoles'] as const;

/** Reads a mark from a method or a class. */
export type ReadMark = (mark: string, target: object) => unknown;

/**
 * What a route requires: what stands at the method and at its controller, together. Null for a public route. `@Public()` at the
 * method outweighs the controller's requirements, a requirement at the method outweighs `@Public()` at the controller, and of both
 * at one place the requirement counts.
 */
export function routeRequirements(read: ReadMark, handler: object, controller: object): AccessRequirements | null {
  const atHandler = requirementsAt(read, handler);
  const atController = requirementsAt(read, controller);
  if (isEmpty(atHandler)) {
    if (read(MARKS.public, handler) === true) return null;
    if (isEmpty(atController) && read(MARKS.public, controller) === true) return null;
  }
  return Object.fromEntries(
    KINDS.map((kind) => [kind, [...new Set([...(atController[kind] ?? []), ...(atHandler[kind] ?? [])])]] as const),
  );
}

function requirementsAt(read: ReadMark, target: object): AccessRequirements {
  return Object.fromEntries(
    KINDS.flatMap((kind) => {
      const names = read(MARKS[kind], target);
      return Array.isArray(names) ? [[kind, names as readonly string[]] as const] : [];
    }),
  );
}

function isEmpty(requirements: AccessRequirements): boolean {
  return Object.keys(requirements).length === 0;
}
