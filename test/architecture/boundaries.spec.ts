import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

interface Violation {
  readonly from: string;
  readonly rule: { readonly name: string };
}

/** Each file breaks exactly the rule beside it. */
const PLANTED: Readonly<Record<string, readonly [rule: string, content: string]>> = {
  'apps/roles/src/application/other-app.ts': ['no-app-to-app', "import '../../../audit/src/index.js';"],
  'apps/standalone/src/reaches-in.ts': ['standalone-composes-roots-only', "import '../../audit/src/domain/pure.js';"],
  'libs/cache/src/knows-app.ts': ['no-lib-to-app', "import '../../../apps/audit/src/index.js';"],
  'apps/roles/src/application/deep.ts': ['no-deep-lib-import', "import '../../../../libs/errors/src/app-error.js';"],
  'libs/cache/src/deep.ts': ['no-deep-import-between-libs', "import '../../errors/src/app-error.js';"],
  'libs/cache/src/launches.ts': ['no-testing-in-production', "import '#testing';"],
  'apps/roles/src/domain/nest.ts': ['domain-is-pure', "import '@nestjs/common';"],
  'apps/roles/src/domain/outward.ts': ['domain-is-pure', "import '../application/use-case.js';"],
  'apps/roles/src/application/sql.ts': ['application-knows-no-adapter', "import 'typeorm';"],
  'apps/roles/src/infrastructure/sideways.ts': [
    'infrastructure-without-transport',
    "import '../transport/controller.js';",
  ],
  'apps/roles/src/transport/sideways.ts': [
    'transport-without-infrastructure',
    "import '../infrastructure/adapter.js';",
  ],
  'apps/roles/src/helper.ts': ['only-the-module-binds', "import './infrastructure/adapter.js';"],
  'apps/roles/src/infrastructure/fake.ts': ['no-fakes-in-production', "import '../testing/in-memory.js';"],
  'libs/resource-server/src/leans.ts': ['published-lib-stands-alone', "import '#errors';"],
  'libs/resource-server/src/http/nest.ts': ['plain-verification-without-nest', "import '@nestjs/common';"],
  'examples/shop/src/insider.ts': ['examples-use-what-is-published', "import '#errors';"],
  'examples/shop/src/deep.ts': ['no-deep-lib-import', "import '../../../libs/errors/src/app-error.js';"],
  'libs/cache/src/circle-a.ts': ['no-cycles', "import { b } from './circle-b.js'; export const a = b;"],
  'libs/cache/src/nowhere.ts': ['not-resolvable', "import './missing.js';"],
  'libs/cache/src/dev.ts': ['no-dev-package-in-production', "import 'prettier';"],
};

/** The other half of a circle, which is reported once. */
const SUPPORT = { 'libs/cache/src/circle-b.ts': "import { a } from './circle-a.js'; export const b = a;" };

const ALLOWED: Readonly<Record<string, string>> = {
  'apps/audit/src/index.ts': 'export {};',
  'apps/audit/src/domain/pure.ts': "import '#errors';",
  'apps/roles/src/application/use-case.ts': "import '@nestjs/common'; import '#errors'; import '../domain/pure.js';",
  'apps/roles/src/domain/pure.ts': 'export {};',
  'apps/roles/src/infrastructure/adapter.ts': "import 'typeorm'; import '../domain/pure.js';",
  'apps/roles/src/transport/controller.ts': "import '@nestjs/microservices'; import '../application/use-case.js';",
  'apps/roles/src/testing/in-memory.ts': "import '../domain/pure.js';",
  'apps/roles/src/roles.module.ts': "import './infrastructure/adapter.js'; import './transport/controller.js';",
  'apps/standalone/src/main.ts': "import '../../audit/src/index.js';",
  'libs/errors/src/index.ts': "import './app-error.js';",
  'libs/errors/src/app-error.ts': 'export {};',
  'libs/testing/src/index.ts': "import '#errors'; import 'prettier';",
  'libs/resource-server/src/index.ts': "import './verify.js'; import '@nestjs/common';",
  'libs/resource-server/src/verify.ts': "import 'jose';",
  'examples/shop/src/main.ts': "import '#resource-server'; import '#resource-server/verify'; import 'express';",
  'test/e2e/some.ts': "import '#testing';",
};

describe('the rules of module boundaries', () => {
  let folder: string;
  let violations: readonly Violation[];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chancery-boundaries-'));
    for (const name of ['package.json', 'tsconfig.json', 'tsconfig.base.json', '.dependency-cruiser.cjs']) {
      cpSync(join(root, name), join(folder, name));
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
    const contents = Object.entries(PLANTED).map(([path, [, content]]) => [path, content] as const);
    for (const [path, content] of [...contents, ...Object.entries(SUPPORT), ...Object.entries(ALLOWED)]) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), `${content}\n`);
    }
    const report = execFileSync(
      process.execPath,
      [
        join(root, 'node_modules', '.bin', 'depcruise'),
        ...['--config', '.dependency-cruiser.cjs', '--output-type', 'json', 'apps', 'libs', 'test', 'examples'],
      ],
      { cwd: folder, encoding: 'utf8', timeout: 60_000, maxBuffer: 64 * 1024 * 1024 },
    );
    violations = (JSON.parse(report) as { summary: { violations: readonly Violation[] } }).summary.violations;
  }, 90_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const rulesBrokenBy = (path: string): readonly string[] =>
    violations.filter(({ from }) => from === path).map(({ rule }) => rule.name);

  it.each(Object.entries(PLANTED))('%s is told of', (path, [rule]) => {
    expect(rulesBrokenBy(path)).toContain(rule);
  });

  it.each(Object.keys(ALLOWED))('%s is fine', (path) => {
    expect(rulesBrokenBy(path)).toEqual([]);
  });
});
