// Makes the package @chancery/nest out of libs/resource-server: dist/packages/chancery-nest-<version>.tgz, ready for `npm publish`.
// Runs on any Node 20 or later with nothing but the installed packages. Argument: another folder than dist/packages.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'libs', 'resource-server');

/** The package's manifest. Its versions are those of the product, which has one package.json. */
function manifest() {
  const { version, license, engines, dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const entry = (name) => ({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` });
  const nest = ['@nestjs/common', '@nestjs/core'];
  return {
    name: '@chancery/nest',
    version,
    description:
      'Verifies access tokens of Chancery: guard and decorators for NestJS, and plain functions for Express and Fastify.',
    license,
    type: 'module',
    sideEffects: false,
    engines: { node: engines.node },
    exports: { '.': entry('index'), './verify': entry('verify'), './package.json': './package.json' },
    files: ['dist'],
    dependencies: { jose: `^${dependencies.jose}` },
    peerDependencies: Object.fromEntries(nest.map((name) => [name, `^${dependencies[name].split('.')[0]}.0.0`])),
    // Express and Fastify alone use ./verify, which knows no Nest.
    peerDependenciesMeta: Object.fromEntries(nest.map((name) => [name, { optional: true }])),
    publishConfig: { access: 'public' },
  };
}

/**
 * @param {string} folder where the tarball goes; what it is made of is put into `resource-server` beside it
 * @returns {string} the tarball
 */
export function packResourceServer(folder) {
  const staging = join(folder, 'resource-server');
  rmSync(staging, { recursive: true, force: true });
  mkdirSync(staging, { recursive: true });
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const project = join(source, 'tsconfig.package.json');
  execFileSync(process.execPath, [tsc, '-p', project, '--outDir', join(staging, 'dist')], { stdio: 'inherit' });
  const { name, version } = manifest();
  writeFileSync(join(staging, 'package.json'), `${JSON.stringify(manifest(), null, 2)}\n`);
  cpSync(join(source, 'README.md'), join(staging, 'README.md'));
  cpSync(join(root, 'LICENSE'), join(staging, 'LICENSE'));
  execFileSync('npm', ['pack', '--silent', '--offline', '--ignore-scripts', '--pack-destination', resolve(folder)], {
    cwd: staging,
    // npm names the tarball on its standard output; this program does so itself.
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return join(folder, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  try {
    console.log(packResourceServer(resolve(process.argv[2] ?? join(root, 'dist', 'packages'))));
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
