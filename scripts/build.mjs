// Compiles TypeScript to dist/ with swc: only what changed since the last time. Runs on any Node 20 or later with nothing but
// the installed packages, because it is what makes everything else runnable.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const SOURCES = ['apps', 'libs', 'scripts', 'bench', 'test', 'examples'];
/** Tests run from their sources under Jest; `faults` and `e2e` too. */
const TESTS = /\.(spec|integration|e2e|faults|suite|contract)\.ts$/;
/** Built by its own tool. */
const SKIPPED = new Set(['node_modules', join('apps', 'console')]);

function* typescriptFiles(folder) {
  if (!existsSync(join(root, folder))) return;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (SKIPPED.has(path) || SKIPPED.has(entry.name)) continue;
    if (entry.isDirectory()) yield* typescriptFiles(path);
    else if (path.endsWith('.ts') && !path.endsWith('.d.ts') && !TESTS.test(path)) yield path;
  }
}

const modified = (path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;

/** Every output of a former build, to take away those whose source is gone. */
function* outputs(folder) {
  if (!existsSync(join(root, folder))) return;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* outputs(path);
    else if (path.endsWith('.js')) yield path;
  }
}

/**
 * Brings dist/ up to date.
 * @param {{ onStart?: (files: number) => void }} [options]
 * @returns {Promise<number>} how many files were compiled
 * @throws {Error} naming the file that does not compile
 */
export async function build(options = {}) {
  const recipe = Math.max(
    ...['.swcrc', 'scripts/build.mjs', 'node_modules/@swc/core/package.json'].map((path) => modified(join(root, path))),
  );
  const sources = SOURCES.flatMap((folder) => [...typescriptFiles(folder)]);
  const wanted = new Map(sources.map((source) => [join('dist', source.replace(/\.ts$/, '.js')), source]));
  for (const folder of SOURCES) {
    for (const output of outputs(join('dist', folder))) {
      // The web console is built by Vite and stays.
      if (wanted.has(output) || output.startsWith(join('dist', 'apps', 'console') + sep)) continue;
      rmSync(join(root, output), { force: true });
      rmSync(join(root, `${output}.map`), { force: true });
    }
  }
  // An output carries the time of its source, so that a file put back to an older state is compiled too.
  const stale = [...wanted].filter(([output, source]) => {
    const built = statSync(join(root, output), { throwIfNoEntry: false });
    return built === undefined || built.ctimeMs < recipe || Math.abs(built.mtimeMs - modified(join(root, source))) > 1;
  });
  if (stale.length === 0) return 0;
  options.onStart?.(stale.length);

  const { transform } = await import('@swc/core');
  const swcrc = JSON.parse(readFileSync(join(root, '.swcrc'), 'utf8'));
  delete swcrc.$schema;
  const queue = [...stale];
  const compileNext = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      const [output, source] = next;
      const from = join(root, source);
      const to = join(root, output);
      const { mtime } = statSync(from);
      const result = await transform(readFileSync(from, 'utf8'), {
        ...swcrc,
        swcrc: false,
        configFile: false,
        filename: from,
        sourceFileName: relative(dirname(to), from).split(sep).join('/'),
        sourceMaps: true,
      }).catch((error) => {
        throw new Error(`${source} does not compile:\n${String(error.message ?? error)}`, { cause: error });
      });
      mkdirSync(dirname(to), { recursive: true });
      writeFileSync(`${to}.map`, result.map);
      writeFileSync(to, `${result.code}//# sourceMappingURL=${output.split(sep).at(-1)}.map\n`);
      utimesSync(to, mtime, mtime);
    }
  };
  await Promise.all(Array.from({ length: 8 }, compileNext));
  return stale.length;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const started = performance.now();
  try {
    if (process.argv.includes('--clean')) rmSync(dist, { recursive: true, force: true });
    const count = await build();
    const seconds = ((performance.now() - started) / 1000).toFixed(1);
    console.log(count === 0 ? 'dist/ is up to date' : `Compiled ${count} files in ${seconds} s`);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
