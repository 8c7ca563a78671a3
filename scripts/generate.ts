import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { generatedFiles } from './generate/files.js';

const USAGE = `Usage: npm run generate [-- --check]
Writes the files that are made from the code (deployment, Nest projects). --check only says which are out of date.`;

/** From dist/scripts up to the folder of the product. */
const root = resolve(import.meta.dirname, '..', '..');

function current(path: string): string | null {
  try {
    return readFileSync(join(root, path), 'utf8');
  } catch {
    return null;
  }
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options: { check: { type: 'boolean' }, help: { type: 'boolean' } } });
  if (values.help === true) {
    console.log(USAGE);
    return 0;
  }
  const files = await generatedFiles(root);
  const stale = files.filter(({ path, content }) => current(path) !== content);
  if (values.check === true) {
    for (const { path } of stale) console.error(`${path} is out of date: run "npm run generate".`);
    if (stale.length === 0) console.log(`${String(files.length)} generated files are up to date`);
    return stale.length === 0 ? 0 : 1;
  }
  for (const { path, content } of stale) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    console.log(`Wrote ${path}`);
  }
  if (stale.length === 0) console.log('Nothing to do');
  return 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}
