import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** One route of the gateway. */
export interface Route {
  readonly method: string;
  /** With `{name}` for parameters. */
  readonly path: string;
  /** The permissions of which one is enough; empty for public routes. */
  readonly needs: readonly string[];
}

/** Every route of the gateway: a unit test holds this table to the decorators of the code. */
export const ROUTES: readonly Route[] = readFileSync(
  join(import.meta.dirname, '../../../apps/gateway/ROUTES.md'),
  'utf8',
)
  .split('\n')
  .filter((line) => /^\| [A-Z]+ +\|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, method = '', path = '', needs = '']) => ({
    method,
    path: path.replaceAll('`', ''),
    needs: [...needs.replace(/, in realm.*/, '').matchAll(/`(\w+)`/g)].map(([, name]) => name ?? ''),
  }));
