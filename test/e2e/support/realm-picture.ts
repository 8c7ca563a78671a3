import type { Administrator, Page } from './administrator.js';

type Json = Readonly<Record<string, unknown>>;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** What differs between two realms that are alike, and secrets. */
const OWN = ['id', 'realm_id', 'created_at', 'updated_at', 'secret'];

/**
 * All that the reading routes show of a realm's settings, clients, URIs, catalogues, roles, and of who holds them, without what two
 * realms that are alike still have of their own: a member that is new in the API is in it without anybody thinking of it.
 */
export async function realmPicture(admin: Administrator, realm: string): Promise<unknown> {
  const at = `/realms/${realm}`;
  const { name: _name, ...shown } = await admin.done<Json>('GET', at);
  const { data: clients } = await admin.done<Page<Json>>('GET', `${at}/clients?limit=200&sort=client_id`);
  const { data: users } = await admin.done<Page<Json>>('GET', `${at}/users?limit=200&sort=username`);
  return plain({
    realm: shown,
    permissions: await listed(admin, `${at}/permissions`),
    roles: await listed(admin, `${at}/roles`),
    clients: await Promise.all(
      clients.map(async (client) => {
        const path = `${at}/clients/${String(client['id'])}`;
        const [redirects, postLogout, origins] = await Promise.all(
          ['redirects', 'post-logout-redirects', 'web-origins'].map((list) =>
            admin.done<readonly Json[]>('GET', `${path}/${list}`),
          ),
        );
        return {
          ...client,
          ...{ redirect_uris: sorted(client['redirect_uris'] as readonly Json[]) },
          ...{ redirects: sorted(redirects), post_logout: sorted(postLogout), web_origins: sorted(origins) },
          permissions: await listed(admin, `${path}/permissions`),
          roles: await listed(admin, `${path}/roles`),
        };
      }),
    ),
    holders: await Promise.all(
      users.map(async ({ id, username, enabled }) => ({
        ...{ username, enabled },
        roles: await listed(admin, `${at}/users/${String(id)}/roles`),
        effective: await admin.done<Json>('GET', `${at}/users/${String(id)}/permissions`),
      })),
    ),
  });
}

async function listed(admin: Administrator, path: string): Promise<readonly Json[]> {
  const { data } = await admin.done<Page<Json>>('GET', path);
  return data.toSorted((left, right) => (String(left['name']) < String(right['name']) ? -1 : 1));
}

function sorted(uris: readonly Json[] = []): readonly Json[] {
  return uris.toSorted((left, right) => (String(left['value']) < String(right['value']) ? -1 : 1));
}

/** Ids name the same things in both realms, but are others. */
function plain(value: unknown): unknown {
  if (typeof value === 'string') return UUID.test(value) ? '(id)' : value;
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([name]) => !OWN.includes(name));
  return Object.fromEntries(members.map(([name, member]) => [name, plain(member)]));
}
