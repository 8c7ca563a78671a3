import type { ConfigurationChange } from '#contracts';

/** How much the members of all changes may take, in bytes of JSON: it has to fit into one message of the bus. */
const BUDGET_BYTES = 3 * 1024 * 1024;

/** Leaves the members of later changes out when there are very many: nobody reads them, but what changes has to be told. */
export function abridged(changes: readonly ConfigurationChange[]): {
  changes: ConfigurationChange[];
  abridged: boolean;
} {
  let left = BUDGET_BYTES;
  const told = changes.map((change) => {
    left -= Buffer.byteLength(JSON.stringify(change.members));
    return left > 0 ? change : { ...change, members: [] };
  });
  return { changes: told, abridged: left <= 0 };
}
