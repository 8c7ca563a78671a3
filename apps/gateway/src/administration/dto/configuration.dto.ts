import { configurationProblems, type RealmConfiguration } from '#contracts';
import { AppError } from '#errors';
import { fieldError } from '../../http/plain-json.js';
import { Optional, rule } from './members.js';

/** The schema of the configuration judges these, with pointers to where it is wrong. */
const Judged = () => rule('judged', () => true, 'is judged by the schema');

/** Body of `POST /realms/{r}/plan` and `…/apply`: a configuration, and beside it the secrets of its clients and the plan agreed to. */
export class ConfigurationDto {
  @Judged()
  readonly version?: unknown;

  @Optional()
  @Judged()
  readonly prune?: unknown;

  @Optional()
  @Judged()
  readonly realm?: unknown;

  @Optional()
  @Judged()
  readonly clients?: unknown;

  @Optional()
  @Judged()
  readonly permissions?: unknown;

  @Optional()
  @Judged()
  readonly roles?: unknown;

  @Optional()
  @Judged()
  readonly assignments?: unknown;

  @Optional()
  @rule('plan_digest', isDigest, 'must be the digest of a plan')
  readonly plan_digest?: string;

  @Optional()
  @rule('secrets', isSecrets, 'must map client_ids to secrets of at most 512 characters')
  readonly secrets?: Record<string, string>;
}

/** The configuration in a body. @throws AppError `validation_failed`. */
export function configurationOf(body: ConfigurationDto): RealmConfiguration {
  const { secrets: _secrets, plan_digest: _digest, ...members } = body;
  const configuration = Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
  const fields = configurationProblems(configuration).map(({ pointer, message }) =>
    fieldError(pointer.split('/').slice(1).map(unescaped), message),
  );
  if (fields.length > 0) throw new AppError('validation_failed', { fields: fields.slice(0, 20) });
  return configuration as RealmConfiguration;
}

function isDigest(value: unknown): boolean {
  return typeof value === 'string' && value.length <= 100;
}

function isSecrets(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([clientId, secret]) => clientId.length <= 255 && typeof secret === 'string' && secret.length <= 512,
  );
}

/** RFC 6901 §3. */
function unescaped(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}
