/** The rules of docs/architecture.md that a machine can check. Each says why in its comment. */
const SERVICES = 'gateway|registry|roles|identity|tokens|audit';

/** Frameworks and drivers: what a pure domain knows nothing of. */
const FRAMEWORKS =
  '(^|/)node_modules/(@nestjs|typeorm|pg|ioredis|@nats-io|fastify|@fastify|class-validator|class-transformer|rxjs|pino|prom-client|@electric-sql)/';

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'What depends on itself cannot be understood, tested or moved in parts.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'not-resolvable',
      comment: 'An import that resolves to nothing is checked by no other rule.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-app-to-app',
      comment: 'Services meet on the bus, through #contracts, never in code.',
      severity: 'error',
      from: { path: `^apps/(${SERVICES})/` },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'standalone-composes-roots-only',
      comment: 'Standalone puts services together; it does not reach into them.',
      severity: 'error',
      from: { path: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: ['^apps/standalone/', '^apps/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'no-lib-to-app',
      comment: 'A lib serves apps; it does not know them.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^(apps|test|bench|scripts|examples)/' },
    },
    {
      name: 'no-deep-lib-import',
      comment: "A lib's index.ts is its only door.",
      severity: 'error',
      from: { path: '^(apps|libs|test|bench|scripts|examples)/', pathNot: '^libs/' },
      // The published package has a second door, for those without Nest.
      to: { path: '^libs/', pathNot: ['^libs/[^/]+/src/index\\.ts$', '^libs/resource-server/src/verify\\.ts$'] },
    },
    {
      name: 'published-lib-stands-alone',
      comment: 'What is published as a package must not need what is not.',
      severity: 'error',
      from: { path: '^libs/resource-server/' },
      to: { path: '^(libs|apps)/', pathNot: '^libs/resource-server/' },
    },
    {
      name: 'plain-verification-without-nest',
      comment: 'Services on Express and Fastify alone do not install Nest.',
      severity: 'error',
      from: { path: '^libs/resource-server/src/(verification|http)/|^libs/resource-server/src/verify\\.ts$' },
      to: { path: ['(^|/)node_modules/@nestjs/', '^libs/resource-server/src/(nest/|index\\.ts)'] },
    },
    {
      name: 'examples-use-what-is-published',
      comment: 'An example shows what somebody else can write: with the package, and with nothing of this repository.',
      severity: 'error',
      from: { path: '^examples/([^/]+)/' },
      to: {
        path: '^(apps|libs|test|bench|scripts|examples)/',
        pathNot: ['^examples/$1/', '^libs/resource-server/src/(index|verify)\\.ts$'],
      },
    },
    {
      name: 'no-deep-import-between-libs',
      comment: "A lib's index.ts is its only door, for other libs too.",
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/$1/', '^libs/[^/]+/src/index\\.ts$'] },
    },
    {
      name: 'no-testing-in-production',
      comment: 'The launcher and the private servers are for tests and scripts; nothing that is shipped rests on them.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['^libs/testing/', '\\.(spec|integration|suite|contract)\\.ts$', '/testing/'],
      },
      to: { path: '^libs/testing/' },
    },
    {
      name: 'domain-is-pure',
      comment: 'Rules of the business change for business reasons only: no framework, no driver, no other layer.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/domain/', pathNot: '\\.spec\\.ts$' },
      to: {
        path: [
          FRAMEWORKS,
          '^apps/[^/]+/src/(application|infrastructure|transport|http)/',
          '^libs/(host|database|config)/',
        ],
      },
    },
    {
      name: 'application-knows-no-adapter',
      comment: 'A use case talks to ports; of frameworks it may use the injection of Nest only.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/application/', pathNot: '\\.(spec|integration|suite|contract)\\.ts$' },
      to: {
        path: [FRAMEWORKS, '^apps/[^/]+/src/(infrastructure|transport)/'],
        pathNot: '(^|/)node_modules/@nestjs/common/',
      },
    },
    {
      name: 'infrastructure-without-transport',
      comment: 'Adapters of the two sides do not know each other.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/infrastructure/', pathNot: '\\.(spec|integration|suite|contract)\\.ts$' },
      to: { path: '^apps/[^/]+/src/transport/' },
    },
    {
      name: 'transport-without-infrastructure',
      comment: 'Adapters of the two sides do not know each other.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/transport/', pathNot: '\\.(spec|integration|suite|contract)\\.ts$' },
      to: { path: '^apps/[^/]+/src/infrastructure/' },
    },
    {
      name: 'only-the-module-binds',
      comment: 'Which adapter stands behind a port is decided in one place, <service>.module.ts.',
      severity: 'error',
      from: {
        path: '^apps/[^/]+/src/',
        pathNot: [
          '/src/infrastructure/',
          '/src/[^/]+\\.module\\.ts$',
          '/src/[^/]+\\.service\\.ts$',
          '\\.(spec|integration|suite|contract)\\.ts$',
          '/src/testing/',
        ],
      },
      to: { path: '^apps/[^/]+/src/infrastructure/' },
    },
    {
      name: 'no-fakes-in-production',
      comment: 'In-memory adapters for tests are not shipped.',
      severity: 'error',
      from: { path: '^apps/', pathNot: ['\\.(spec|integration|suite|contract)\\.ts$', '/testing/'] },
      to: { path: '^apps/[^/]+/src/testing/' },
    },
    {
      name: 'no-undeclared-package',
      comment: 'What is not in package.json is there by chance.',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-dev-package-in-production',
      comment: 'Images are built without devDependencies.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: ['^libs/testing/', '\\.(spec|integration|suite|contract)\\.ts$', '/testing/', '^apps/console/'],
      },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: ['node_modules'] },
    exclude: { path: ['^dist/', '^data/', '^apps/console/'] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['source', 'import', 'require', 'node', 'default', 'types'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
    cache: false,
  },
};
