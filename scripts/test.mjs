// `npm test`: every check of the product, one after the other; stops at the first that fails. `npm test -- unit types` runs only
// those named. Runs on any Node 20 or later with nothing but the installed packages.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pinnedNode } from './run.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const node = pinnedNode();
const results = mkdtempSync(join(tmpdir(), 'chancery-test-'));
process.on('exit', () => rmSync(results, { recursive: true, force: true }));

const bin = (name) => join(root, 'node_modules', '.bin', name);
const jest = (project, options = {}) => ({
  jest: true,
  timeoutMinutes: options.timeoutMinutes ?? 5,
  env: options.env,
  commands: [
    [
      ...[node, '--experimental-vm-modules', '--no-warnings', 'node_modules/jest/bin/jest.js'],
      ...['--selectProjects', project, '--json', '--outputFile', join(results, 'jest.json')],
      ...(options.inBand === true ? ['--runInBand'] : ['--maxWorkers', '2']),
    ],
  ],
});
const check = (...commands) => ({ jest: false, timeoutMinutes: 5, commands });

const STEPS = {
  build: { title: 'Build', ...check([node, 'scripts/build.mjs']) },
  lint: {
    title: 'Format and lint',
    ...check([bin('prettier'), '--check', '--log-level', 'warn', '.'], [bin('eslint'), '.', '--max-warnings', '0']),
  },
  types: { title: 'Types', ...check([bin('tsc'), '-p', 'tsconfig.json', '--noEmit']) },
  boundaries: {
    title: 'Module boundaries',
    ...check([
      ...[bin('depcruise'), '--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
      ...['apps', 'libs', 'test', 'bench', 'scripts', 'examples'],
    ]),
  },
  deadcode: { title: 'Dead code', ...check([bin('knip')]) },
  generated: { title: 'Generated files', ...check([node, 'dist/scripts/generate.js', '--check']) },
  unit: { title: 'Unit tests', ...jest('unit') },
  integration: { title: 'Integration tests on PostgreSQL, Redis and NATS', ...jest('integration') },
  'e2e-standalone': {
    title: 'End to end, one process',
    ...jest('e2e', { inBand: true, env: { CHANCERY_E2E_SHAPE: 'standalone' } }),
  },
  'e2e-cluster': {
    title: 'End to end, cluster',
    ...jest('e2e', { inBand: true, env: { CHANCERY_E2E_SHAPE: 'cluster' } }),
  },
  faults: { title: 'Faults under load', ...jest('faults', { inBand: true, timeoutMinutes: 12 }) },
};

function selected(names) {
  const all = Object.keys(STEPS);
  if (names.includes('--help')) {
    console.log(`Usage: npm test [-- <step> ...]\nSteps, in this order: ${all.join(' ')}`);
    process.exit(0);
  }
  const unknown = names.filter((name) => !(name in STEPS));
  if (unknown.length > 0) {
    console.error(`Unknown step: ${unknown.join(', ')}. Steps: ${all.join(' ')}`);
    process.exit(2);
  }
  return names.length === 0 ? all : all.filter((name) => name === 'build' || names.includes(name));
}

let running = null;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    running?.kill(signal);
    process.exit(130);
  });
}

function run(command, step) {
  const [program, ...args] = command;
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        ...process.env,
        ...step.env,
        PATH: `${dirname(node)}:${join(root, 'node_modules', '.bin')}:${process.env.PATH}`,
      },
    });
    running = child;
    const timer = setTimeout(() => {
      console.error(`Took longer than ${step.timeoutMinutes} minutes: ended.`);
      child.kill('SIGTERM');
      setTimeout(() => child.kill('SIGKILL'), 5_000).unref();
    }, step.timeoutMinutes * 60_000);
    const settle = (code) => {
      clearTimeout(timer);
      running = null;
      resolve(code === 0);
    };
    child.once('error', (error) => {
      console.error(`${program}: ${error.message}`);
      settle(1);
    });
    child.once('exit', settle);
  });
}

function countTests() {
  try {
    const report = JSON.parse(readFileSync(join(results, 'jest.json'), 'utf8'));
    return { passed: report.numPassedTests, failed: report.numFailedTests + report.numRuntimeErrorTestSuites };
  } catch {
    return { passed: 0, failed: 0 };
  } finally {
    rmSync(join(results, 'jest.json'), { force: true });
  }
}

let passed = 0;
let failed = 0;
const started = performance.now();
for (const name of selected(process.argv.slice(2))) {
  const step = STEPS[name];
  const stepStarted = performance.now();
  console.log(`\n== ${step.title} (${name})`);
  let ok = true;
  for (const command of step.commands) ok = ok && (await run(command, step));
  if (step.jest) {
    const counts = countTests();
    passed += counts.passed;
    failed += counts.failed;
  }
  console.log(`== ${step.title}: ${ok ? 'ok' : 'FAILED'}, ${((performance.now() - stepStarted) / 1000).toFixed(1)} s`);
  if (!ok) {
    // A check that is no test, or a run that broke down, is one failure.
    failed = Math.max(failed, 1);
    break;
  }
}
console.log(
  `\nAll together ${((performance.now() - started) / 1000).toFixed(0)} s\n${passed} passed, ${failed} failed`,
);
process.exitCode = failed === 0 ? 0 : 1;
