import 'reflect-metadata';
import { permissionTableMarkdown } from '../../apps/gateway/src/access/permission-table.js';

const INTRODUCTION = `# Built-in permissions

Made from the routes of the gateway by \`npm run generate\`. One of the permissions of a route is enough; what else is asked of those who
change roles or accounts is in [ADR 0014](adr/0014-who-may-give-what.md) and [ADR 0028](adr/0028-getting-into-accounts.md). The same
by route: [the table of routes](../apps/gateway/ROUTES.md).

`;

/** docs/permissions.md. */
export function permissionsDoc(): string {
  return `${INTRODUCTION}${permissionTableMarkdown()}\n`;
}
