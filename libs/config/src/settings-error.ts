import { OperatorError } from '#errors';

/** Settings that cannot be used. Names each setting and what is wrong with it; never holds a value. */
export class SettingsError extends OperatorError {
  override readonly name = 'SettingsError';

  constructor(readonly problems: readonly string[]) {
    super(`Invalid settings:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}
