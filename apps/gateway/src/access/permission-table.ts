import { BUILT_IN_PERMISSIONS } from '#contracts';
import { routeTable } from './route-table.js';

/** The routes that a permission opens, each as `METHOD /path`; by itself, in the realm it is held in or in `master`. */
export function routesOpenedBy(permission: string): readonly string[] {
  return routeTable().flatMap(({ method, path, requirement }) =>
    requirement?.kind === 'permissions' && requirement.anyOf.some((name) => name === permission)
      ? [`${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`]
      : [],
  );
}

/** Every built-in permission with what it opens, as Markdown, for the documentation. */
export function permissionTableMarkdown(): string {
  const rows = BUILT_IN_PERMISSIONS.map(({ bit, name, reserved }) => [
    String(bit),
    `\`${name}\``,
    reserved
      ? 'reserved: what it will open does not exist yet'
      : routesOpenedBy(name)
          .map((route) => `\`${route}\``)
          .join('<br>'),
  ]);
  return [['bit', 'permission', 'opens'], ['---', '---', '---'], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}
