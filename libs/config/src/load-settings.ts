import { validateSync } from 'class-validator';
import { readFileSync } from 'node:fs';
import { settingsOf, type DeclaredSetting } from './setting.js';
import { SettingsError } from './settings-error.js';

/** The environment as Node gives it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads, converts and validates a settings class from the environment. An empty variable counts as absent, so that compose
 * files can pass one through. `<NAME>_FILE` reads the value from a file (one trailing line break is dropped).
 *
 * @throws SettingsError naming every setting that is wrong, never a value.
 */
export function loadSettings<T extends object>(type: new () => T, environment: Environment): T {
  const problems: string[] = [];
  const settings = new type();
  const target = settings as Record<string, unknown>;
  const names = new Map<string, string>();
  for (const setting of settingsOf(type)) {
    names.set(setting.property, setting.name);
    const raw = readRaw(setting, environment, problems);
    if (raw === undefined) {
      if (setting.default !== undefined) target[setting.property] = setting.default;
      else if (setting.required === true) problems.push(`${setting.name} is missing: ${setting.description}`);
      continue;
    }
    const value = convert(setting, raw, problems);
    if (value !== undefined) target[setting.property] = value;
  }
  if (problems.length === 0) problems.push(...ruleProblems(settings, names));
  if (problems.length > 0) throw new SettingsError(problems);
  return settings;
}

function readRaw(setting: DeclaredSetting, environment: Environment, problems: string[]): string | undefined {
  const fileName = `${setting.name}_FILE`;
  const direct = nonEmpty(environment[setting.name]);
  const path = nonEmpty(environment[fileName]);
  if (path === undefined) return direct;
  if (direct !== undefined) {
    problems.push(`${setting.name} and ${fileName} are both set: use one of them`);
    return undefined;
  }
  try {
    return nonEmpty(readFileSync(path, 'utf8').replace(/\r?\n$/, ''));
  } catch (error) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
    problems.push(`${fileName} names a file that cannot be read (${code})`);
    return undefined;
  }
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

function convert(setting: DeclaredSetting, raw: string, problems: string[]): string | number | boolean | undefined {
  switch (setting.type) {
    case 'string':
      return raw;
    case 'integer':
      if (/^-?\d{1,15}$/.test(raw)) return Number(raw);
      problems.push(`${setting.name} must be a whole number`);
      return undefined;
    case 'boolean':
      if (raw === 'true' || raw === 'false') return raw === 'true';
      problems.push(`${setting.name} must be true or false`);
      return undefined;
  }
}

function ruleProblems(settings: object, names: ReadonlyMap<string, string>): string[] {
  // Without a message of its own class-validator would name the property; operators know only the setting.
  return validateSync(settings, {
    forbidUnknownValues: false,
    validationError: { target: false, value: false },
  }).flatMap((error) =>
    Object.values(error.constraints ?? {}).map(
      (message) => `${names.get(error.property) ?? error.property} ${message.replace(error.property, '').trim()}`,
    ),
  );
}
