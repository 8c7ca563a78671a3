import { RealmConfiguration, SERVICE_NAMES } from '#contracts';
import { databaseRolesSql } from '#topology';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { format } from 'prettier';
import { auditEventsDoc } from './audit-events.js';
import { composeFile } from './compose.js';
import { natsConf } from './nats-conf.js';
import { nestCli } from './nest-cli.js';
import { permissionsDoc } from './permissions.js';

/** A file that is made from the code. */
export interface GeneratedFile {
  /** From the folder of the product. */
  readonly path: string;
  readonly content: string;
}

const STYLE = { singleQuote: true, printWidth: 120, trailingComma: 'all' } as const;
const SQL_HEADER =
  '-- Made from libs/topology by "npm run generate"; change it there. Run by a superuser in the database of the product.\n\n';

/** Every generated file with what it must hold. */
export async function generatedFiles(root: string): Promise<readonly GeneratedFile[]> {
  const folders = { apps: [...SERVICE_NAMES, 'standalone'].toSorted(), libs: libsOf(root) };
  return [
    { path: 'docker-compose.yml', content: await format(composeFile(), { ...STYLE, parser: 'yaml' }) },
    { path: 'nest-cli.json', content: await format(nestCli(folders), { ...STYLE, parser: 'json' }) },
    { path: 'deploy/nats/nats.conf', content: natsConf() },
    { path: 'docs/schema/realm.schema.json', content: await format(realmSchema(), { ...STYLE, parser: 'json' }) },
    { path: 'docs/audit-events.md', content: await format(auditEventsDoc(), { ...STYLE, parser: 'markdown' }) },
    { path: 'docs/permissions.md', content: await format(permissionsDoc(), { ...STYLE, parser: 'markdown' }) },
    { path: 'deploy/postgres/10-roles.sql', content: SQL_HEADER + databaseRolesSql() },
  ];
}

/** For editors; TypeBox schemas are JSON schemas already. */
function realmSchema(): string {
  return JSON.stringify({ $schema: 'https://json-schema.org/draft/2020-12/schema', ...RealmConfiguration });
}

function libsOf(root: string): readonly string[] {
  return readdirSync(join(root, 'libs'))
    .filter((name) => existsSync(join(root, 'libs', name, 'src', 'index.ts')))
    .toSorted();
}
