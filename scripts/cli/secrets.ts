import type { RealmConfiguration, SecretSource } from '#contracts';
import { dirname, resolve } from 'node:path';
import { CliError } from './cli-error.js';
import { located } from './document.js';
import { textOf } from './text-of.js';

/** As the server has it. */
const MAX_LENGTH = 512;

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
    const { text, problem } = read(source, file, environment);
    if (problem === undefined) return [[clientId, text]];
    problems.push(located({ pointer: `/clients/${index}/secret_from`, message: problem }, locate));
    return [];
  });
  if (problems.length > 0) throw new CliError(problems.join('\n'));
  return Object.fromEntries(secrets) as Record<string, string>;
}

type Read = { readonly text: string; readonly problem?: never } | { readonly text?: never; readonly problem: string };

function read(source: SecretSource, file: string, environment: Readonly<Record<string, string | undefined>>): Read {
  try {
    const text =
      'env' in source ? environment[source.env] : textOf(resolve(dirname(file), source.file)).replace(/\r?\n$/, '');
    if (text === undefined) return { problem: 'leads nowhere' };
    if (text === '') return { problem: 'leads to nothing but an empty text' };
    return text.length > MAX_LENGTH ? { problem: `leads to more than ${MAX_LENGTH} characters` } : { text };
  } catch (error) {
    return { problem: `leads nowhere: ${error instanceof Error ? error.message : String(error)}` };
  }
}
