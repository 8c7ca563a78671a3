import { MAX_CONFIGURATION_BYTES, type ConfigurationResult, type RealmConfiguration } from '#contracts';
import { CliError } from './cli-error.js';

/** How long an answer may take, in milliseconds: a little more than the server gives itself. */
const TIMEOUT_MS = 65_000;

/** With what the command line signs in. */
export type Credentials =
  | { readonly kind: 'password'; readonly realm: string; readonly username: string; readonly password: string }
  | { readonly kind: 'client'; readonly realm: string; readonly clientId: string; readonly clientSecret: string };

/** An answer that is no success. `problems` are pointers into what was sent. */
export class ApiError extends CliError {
  constructor(
    message: string,
    readonly problems: readonly { readonly pointer: string; readonly message: string }[] = [],
  ) {
    super(message);
  }
}

/** The administration API, as far as configurations need it. */
export class Api {
  private constructor(
    private readonly url: string,
    private readonly token: string,
  ) {}

  /** Signs in. @throws ApiError when the server refuses or cannot be reached. */
  static async signIn(url: string, credentials: Credentials): Promise<Api> {
    const form =
      credentials.kind === 'password'
        ? {
            grant_type: 'password',
            client_id: 'admin-cli',
            username: credentials.username,
            password: credentials.password,
          }
        : {
            grant_type: 'client_credentials',
            client_id: credentials.clientId,
            client_secret: credentials.clientSecret,
          };
    const path = `/realms/${encodeURIComponent(credentials.realm)}/protocol/openid-connect/token`;
    const answer = await ask(url, path, { method: 'POST', body: new URLSearchParams(form) });
    const { access_token: token } = answer;
    if (typeof token !== 'string') throw new ApiError('The server answered without a token.');
    return new Api(url, token);
  }

  /** The realm as a configuration. */
  async export(realm: string): Promise<RealmConfiguration> {
    const answer = await this.call('GET', realm, 'export');
    if (answer['version'] !== 1) throw notUnderstood('export');
    return answer as RealmConfiguration;
  }

  /** What the configuration changes, or changed. `planDigest`: nothing is done unless that is still the plan. */
  async send(
    realm: string,
    action: 'plan' | 'apply',
    configuration: RealmConfiguration,
    secrets: Readonly<Record<string, string>>,
    planDigest?: string,
  ): Promise<ConfigurationResult> {
    const agreed = planDigest === undefined ? {} : { plan_digest: planDigest };
    const body = { ...configuration, secrets, ...agreed };
    // The server would hang up while it is still being sent, and nobody would hear why.
    const bytes = Buffer.byteLength(JSON.stringify(body));
    if (bytes > MAX_CONFIGURATION_BYTES) {
      const [has, may] = [bytes, MAX_CONFIGURATION_BYTES].map((size) => (size / (1024 * 1024)).toFixed(1));
      throw new CliError(
        `The configuration has ${has} MiB as JSON, and may have ${may}: configure the realm in parts.`,
      );
    }
    const answer = await this.call('POST', realm, action, body);
    if (!Array.isArray(answer['changes']) || typeof answer['digest'] !== 'string') throw notUnderstood(action);
    return answer as unknown as ConfigurationResult;
  }

  private call(method: string, realm: string, action: string, body?: unknown): Promise<Answer> {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    return ask(this.url, `/realms/${encodeURIComponent(realm)}/${action}`, {
      method,
      headers,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  }
}

type Answer = Readonly<Record<string, unknown>>;

async function ask(url: string, path: string, request: RequestInit): Promise<Answer> {
  const { ok, status, text } = await answerOf(url, path, request);
  const body = parsed(text);
  if (ok && body !== null) return body;
  throw refusal(path, status, body ?? {});
}

async function answerOf(
  url: string,
  path: string,
  request: RequestInit,
): Promise<{ readonly ok: boolean; readonly status: number; readonly text: string }> {
  let answer: Response | undefined;
  try {
    // A redirect would carry the secrets to somebody who was not asked.
    answer = await fetch(url.replace(/\/+$/, '') + path, {
      ...request,
      redirect: 'error',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return { ok: answer.ok, status: answer.status, text: await answer.text() };
  } catch (error) {
    const { cause, message } = error as Error;
    const why = cause instanceof Error ? cause.message : message;
    const what = answer === undefined ? `Cannot reach ${url}` : `The answer of ${url} broke off`;
    // The server may have heard all of it all the same.
    const unknown = path.endsWith('/apply') ? '\nWhether it was applied is not known: apply it again, or plan.' : '';
    throw new ApiError(`${what}: ${why}${unknown}`);
  }
}

function parsed(text: string): Answer | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Answer) : null;
  } catch {
    return null;
  }
}

function refusal(path: string, status: number, body: Answer): ApiError {
  const words = [body['detail'], body['error_description'], body['title'], body['error']];
  const sentence = words.find((word): word is string => typeof word === 'string');
  const name = path.split('/').at(-1) ?? path;
  return new ApiError(
    sentence === undefined ? notUnderstood(`${name}: ${status}`).message : `${name}: ${status} ${sentence}`,
    Array.isArray(body['errors']) ? body['errors'].flatMap(problemOf) : [],
  );
}

function problemOf(error: unknown): { pointer: string; message: string }[] {
  const { pointer, message } = (error ?? {}) as { pointer?: unknown; message?: unknown };
  return typeof pointer === 'string' && typeof message === 'string' ? [{ pointer, message }] : [];
}

/** Something else may be listening there. */
function notUnderstood(what: string): ApiError {
  return new ApiError(`${what}: the answer was not understood`);
}
