import type { UserChanges } from '#contracts';
import { AppError, fieldErrorAt, type FieldError } from '#errors';
import { emailProblem } from './email.js';
import type { User } from './user.js';
import { usernameProblem } from './username.js';

/** Checks a person who is to be created. @throws AppError `validation_failed` with everything that is wrong. */
export function checkNewPerson(user: User): void {
  refuse([
    ['username', usernameProblem(user.username)],
    ['email', user.email === null ? null : emailProblem(user.email)],
    ['firstname', nameProblem(user.firstname)],
    ['lastname', nameProblem(user.lastname)],
    ['email_verified', user.emailVerified && user.email === null ? 'needs an email' : null],
  ]);
}

/**
 * The person after a change; the very same object when nothing differs. Another address is not verified unless the change says so.
 *
 * @throws AppError `validation_failed` with everything that is wrong with what changes.
 */
export function changePerson(user: User, changes: UserChanges, now: Date): User {
  const email = changes.email === undefined ? user.email : changes.email;
  const emailVerified = changes.emailVerified ?? (email === user.email ? user.emailVerified : false);
  const changed: User = {
    ...user,
    username: changes.username ?? user.username,
    email,
    emailVerified,
    firstname: changes.firstname === undefined ? user.firstname : changes.firstname,
    lastname: changes.lastname === undefined ? user.lastname : changes.lastname,
    enabled: changes.enabled ?? user.enabled,
    requiredActions:
      changes.requiredActions === undefined ? user.requiredActions : [...new Set(changes.requiredActions)],
  };
  refuse([
    // Whoever has a name from before it was refused keeps it.
    ['username', changed.username === user.username ? null : usernameProblem(changed.username)],
    ['email', email === null || email === user.email ? null : emailProblem(email)],
    ['firstname', nameProblem(changed.firstname)],
    ['lastname', nameProblem(changed.lastname)],
    ['email_verified', emailVerified && email === null ? 'needs an email' : null],
  ]);
  const same = JSON.stringify(auditedUser(user)) === JSON.stringify(auditedUser(changed));
  return same ? user : { ...changed, updatedAt: now };
}

/** What the audit log shows of a person. */
export function auditedUser(user: User): Record<string, unknown> {
  return {
    username: user.username,
    email: user.email,
    email_verified: user.emailVerified,
    firstname: user.firstname,
    lastname: user.lastname,
    enabled: user.enabled,
    required_actions: user.requiredActions,
  };
}

function nameProblem(name: string | null): string | null {
  if (name === null) return null;
  if (!name.isWellFormed()) return 'must be well-formed Unicode';
  return /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name) ? 'must not hold control characters' : null;
}

function refuse(problems: readonly (readonly [field: string, message: string | null])[]): void {
  const fields = problems.flatMap(([field, message]): FieldError[] =>
    message === null ? [] : [fieldErrorAt(`/${field}`, message)],
  );
  if (fields.length > 0) throw new AppError('validation_failed', { fields });
}
