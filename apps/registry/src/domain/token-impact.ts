import type { AuthorityChange, TokenImpact } from '#contracts';
import type { Client } from './client.js';
import type { Realm } from './realm.js';

/** Somebody whose tokens a configuration may change. */
export interface TokenHolder {
  readonly kind: TokenImpact['kind'];
  /** The `client_id` or the username. */
  readonly name: string;
  /** Whether tokens are issued to them at all. */
  readonly before: boolean;
  readonly after: boolean;
}

type Permissions = TokenImpact['gains'];

/** Whether the token endpoint answers a client's `client_credentials`, its service account's own state aside. */
export function issuesTo(realm: Realm, client: Client | null): boolean {
  return (
    realm.enabled &&
    client !== null &&
    client.enabled &&
    client.clientType === 'confidential' &&
    client.serviceAccountEnabled
  );
}

/** What the tokens of somebody gain and lose; null when that is nothing. */
export function tokenImpact({ before, after }: AuthorityChange, holder: TokenHolder): TokenImpact | null {
  const had = holder.before ? before : [];
  const has = holder.after ? after : [];
  const gains = without(has, had);
  const loses = without(had, has);
  const { kind, name } = holder;
  return gains.length + loses.length === 0 ? null : { kind, name, gains, loses };
}

function without(held: Permissions, other: Permissions): Permissions {
  const others = new Map(other.map(({ audience, permissions }) => [audience, new Set(permissions)]));
  return held.flatMap(({ audience, permissions }) => {
    const rest = permissions.filter((name) => !(others.get(audience)?.has(name) ?? false));
    return rest.length === 0 ? [] : [{ audience, permissions: rest }];
  });
}
