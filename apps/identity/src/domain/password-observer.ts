import type { PasswordVerdict } from './password-verdict.js';

/** Told of password checks, for metrics. */
export abstract class PasswordObserver {
  abstract checked(verdict: PasswordVerdict): void;
  /** Turned away, because too many waited already. */
  abstract shed(): void;
  /** Turned away, because too many were wrong before. */
  abstract slowed(): void;
}
