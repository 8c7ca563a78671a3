/** nest-cli.json: the monorepo as Nest's own tools see it. */
export function nestCli(folders: { readonly apps: readonly string[]; readonly libs: readonly string[] }): string {
  const project = (kind: 'application' | 'library', root: string): object => ({
    type: kind,
    root,
    entryFile: kind === 'application' ? 'main' : 'index',
    sourceRoot: `${root}/src`,
    compilerOptions: { tsConfigPath: 'tsconfig.json' },
  });
  const projects = Object.fromEntries([
    ...folders.apps.map((name) => [name, project('application', `apps/${name}`)] as const),
    ...folders.libs.map((name) => [name, project('library', `libs/${name}`)] as const),
  ]);
  return JSON.stringify({
    $schema: 'https://json.schemastore.org/nest-cli',
    monorepo: true,
    root: 'apps/standalone',
    sourceRoot: 'apps/standalone/src',
    compilerOptions: { builder: 'swc', tsConfigPath: 'tsconfig.json' },
    projects,
  });
}
