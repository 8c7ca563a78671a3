import type { RealmConfiguration, SecretSource } from '#contracts';
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { CliError } from './cli-error.js';
import { located } from './document.js';

/**
 * The secrets that a configuration refers to, by `client_id`. One line end at the end of a file is not part of the secret.
 *
 * @throws CliError naming every reference that leads nowhere.
 */
export function resolveSecrets(
  { clients = [] }: RealmConfiguration,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
  locate: (pointer: string) => string,
): Record<string, string> {
  const problems: string[] = [];
  const secrets = clients.flatMap(({ client_id: clientId, secret_from: source }, index) => {
    if (source === undefined) return [];
    const text = read(source, file, environment);
    if (text !== null && text !== '') return [[clientId, text]];
    const message = text === '' ? 'leads to nothing but an empty text' : 'leads nowhere';
    problems.push(located({ pointer: `/clients/${index}/secret_from`, message }, locate));
    return [];
  });
  if (problems.length > 0) throw new CliError(problems.join('\n'));
  return Object.fromEntries(secrets) as Record<string, string>;
}

function read(
  source: SecretSource,
  file: string,
  environment: Readonly<Record<string, string | undefined>>,
): string | null {
  if ('env' in source) return environment[source.env] ?? null;
  try {
    return readFileSync(resolve(dirname(file), source.file), 'utf8').replace(/\r?\n$/, '');
  } catch {
    return null;
  }
}
