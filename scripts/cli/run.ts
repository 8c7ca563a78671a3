import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { stringify } from 'yaml';
import { Api, ApiError, type Credentials } from './api.js';
import { audit } from './audit.js';
import { CliError } from './cli-error.js';
import { located, readConfiguration } from './document.js';
import { importKeycloak } from './keycloak.js';
import { readPlanDigest, writePlan } from './plan-file.js';
import { printable, render } from './render.js';
import { resolveSecrets } from './secrets.js';
import { textOf } from './text-of.js';

const USAGE = `Usage: npx chancery <command> [options]

Commands
  plan <realm.yaml>     say what applying the file would change, and whose tokens
  apply <realm.yaml>    make the realm what the file says
  export                write the realm as YAML
  import-keycloak <export.json> [<users.json> …]
                        write the export of a Keycloak realm as YAML, and what of it is left out to standard error
  audit verify <export.ndjson> --key <key>
                        verify the export of an audit log, offline; see audit --help

Options
  --url <url>               where Chancery is (CHANCERY_URL, else http://localhost:8080)
  --realm <name>            the realm that is configured (CHANCERY_REALM)
  --login-realm <name>      the realm to sign in to; default: master with a password, --realm with a client
  --username <name>         sign in with a password, taken from CHANCERY_PASSWORD or CHANCERY_PASSWORD_FILE
  --client-id <id>          sign in as a service account (CHANCERY_CLIENT_ID); its secret is taken from
                            CHANCERY_CLIENT_SECRET or CHANCERY_CLIENT_SECRET_FILE
  --out <plan.json>         plan: keep the plan
  --plan <plan.json>        apply: exactly this plan, or nothing if the realm has changed since
  --no-color                as NO_COLOR: no colours; there are none either when the output is no terminal
  --help

Ends with 0 when there is nothing to change (and after an export), 2 when there are (or were) changes, 1 after an error.`;

/** What a command gets from outside. */
export interface Terminal {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly out: Output;
  readonly error: Output;
}

interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

interface Options {
  readonly url: string;
  readonly realm: string;
  readonly credentials: Credentials;
}

type Values = ReturnType<typeof parsedArguments>['values'];

/** Runs a command line. @returns the exit code: 0 nothing to change, 2 changes, 1 an error. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await (args[0] === 'audit' ? audit(args.slice(1), terminal) : dispatch(args, terminal));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    terminal.error.write(`${message.split('\n').map(printable).join('\n')}\n`);
    return 1;
  }
}

async function dispatch(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parsedArguments(args);
  const [command, file, ...more] = positionals;
  if (values.help === true) {
    terminal.out.write(`${USAGE}\n`);
    return 0;
  }
  switch (command ?? '') {
    case 'export': {
      if (file !== undefined) throw new CliError(USAGE);
      const { url, realm, credentials } = optionsOf(values, terminal.environment);
      const configuration = await (await Api.signIn(url, credentials)).export(realm);
      terminal.out.write(stringify(configuration, { lineWidth: 0 }));
      return 0;
    }
    case 'import-keycloak': {
      if (file === undefined) throw new CliError(USAGE);
      const { configuration, warnings } = importKeycloak(textOf(file), more.map(textOf));
      for (const warning of warnings) terminal.error.write(`warning: ${printable(warning)}\n`);
      terminal.out.write(stringify(configuration, { lineWidth: 0 }));
      return 0;
    }
    case 'plan':
    case 'apply': {
      if (file === undefined || more.length > 0) throw new CliError(USAGE);
      const action = command === 'plan' ? 'plan' : 'apply';
      if (values.out !== undefined && action === 'apply') throw new CliError('--out is for plan.');
      if (values.plan !== undefined && action === 'plan') throw new CliError('--plan is for apply.');
      return send(action, file, values, terminal);
    }
    default:
      throw new CliError(USAGE);
  }
}

async function send(action: 'plan' | 'apply', file: string, values: Values, terminal: Terminal): Promise<number> {
  const options = optionsOf(values, terminal.environment);
  // Else a slip would take the configuration away.
  if (values.out !== undefined && resolve(values.out) === resolve(file))
    throw new CliError('--out is the file itself.');
  const document = textOf(file);
  const { configuration, locate } = readConfiguration(document, file);
  const secrets = resolveSecrets(configuration, file, terminal.environment, locate);
  const subject = { url: options.url, realm: options.realm, document };
  const agreed = values.plan === undefined ? undefined : readPlanDigest(values.plan, subject);
  const api = await Api.signIn(options.url, options.credentials);
  try {
    const result = await api.send(options.realm, action, configuration, secrets, agreed);
    if (values.out !== undefined) writePlan(values.out, subject, result);
    terminal.out.write(render(result, { colour: inColour(values, terminal), done: action === 'apply' }));
    return result.changes.length === 0 ? 0 : 2;
  } catch (error) {
    if (!(error instanceof ApiError) || error.problems.length === 0) throw error;
    throw new CliError(error.problems.map((problem) => located(problem, locate)).join('\n'));
  }
}

/** https://no-color.org */
function inColour(values: Values, { environment, out }: Terminal): boolean {
  return out.isTTY === true && values['no-color'] !== true && (environment['NO_COLOR'] ?? '') === '';
}

function parsedArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        url: { type: 'string' },
        realm: { type: 'string' },
        'login-realm': { type: 'string' },
        username: { type: 'string' },
        'client-id': { type: 'string' },
        out: { type: 'string' },
        plan: { type: 'string' },
        'no-color': { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new CliError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}

function optionsOf(values: Values, environment: Terminal['environment']): Options {
  const url = values.url ?? environment['CHANCERY_URL'] ?? 'http://localhost:8080';
  const realm = values.realm ?? environment['CHANCERY_REALM'];
  if (!isServerUrl(url)) throw new CliError('--url must be an http(s) URL without a user name, password or query.');
  if (realm === undefined || realm === '') throw new CliError('Say which realm: --realm.');
  const loginRealm = values['login-realm'];
  if (values.username !== undefined) {
    const password = secretSetting('CHANCERY_PASSWORD', environment);
    const { username } = values;
    return { url, realm, credentials: { kind: 'password', realm: loginRealm ?? 'master', username, password } };
  }
  const clientId = values['client-id'] ?? environment['CHANCERY_CLIENT_ID'];
  if (clientId === undefined) throw new CliError('Say who signs in: --username or --client-id.');
  const clientSecret = secretSetting('CHANCERY_CLIENT_SECRET', environment);
  return { url, realm, credentials: { kind: 'client', realm: loginRealm ?? realm, clientId, clientSecret } };
}

/** What is refused is not repeated: a URL may hold a password. */
function isServerUrl(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url !== null && /^https?:$/.test(url.protocol) && url.username + url.password + url.search + url.hash === '';
}

/** Secrets are no arguments: everybody on the machine can see those. */
function secretSetting(name: string, environment: Terminal['environment']): string {
  // Pipelines set what they do not have to an empty text.
  const file = environment[`${name}_FILE`] ?? '';
  const value = (environment[name] ?? '') || (file === '' ? '' : textOf(file).replace(/\r?\n$/, ''));
  if (value === '') throw new CliError(`${name} or ${name}_FILE is needed.`);
  return value;
}
