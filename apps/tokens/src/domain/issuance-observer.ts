import type { GrantType } from '#contracts';
import type { ErrorCode } from '#errors';

/** Is told what became of requests, for metrics. */
export abstract class IssuanceObserver {
  abstract issued(grantType: GrantType): void;
  /** Length of an access token that was issued. */
  abstract sized(bytes: number): void;
  abstract refused(code: ErrorCode): void;
  /** A token or refusal was held back because its audit record could not be made (G1). */
  abstract recordMissing(): void;
}
