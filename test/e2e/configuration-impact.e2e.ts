import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Administrator, type ClientBody, type Page } from './support/administrator.js';

interface Held {
  readonly audience: string;
  readonly permissions: readonly string[];
}
interface Result {
  readonly changes: readonly unknown[];
  readonly impact: {
    readonly subjects: readonly { readonly name: string; readonly gains: Held[]; readonly loses: Held[] }[];
  };
  readonly digest: string;
}
interface Evaluation {
  readonly granted: boolean;
  readonly permissions?: readonly { readonly name: string; readonly audience: string; readonly outcome: string }[];
}

const CLIENTS = ['one', 'two', 'three'] as const;
const PERMISSIONS = ['a', 'b', 'c'] as const;
const RUNS = 4;
const STEPS = 5;

/** Who may do what at which API, in every client's tokens. */
type Tokens = ReadonlyMap<string, ReadonlySet<string>>;

describe('what a plan says of tokens', () => {
  let admin: Administrator;
  let realm: string;

  beforeAll(async () => {
    admin = await Administrator.signIn();
  });

  /** What the token endpoint would issue to each client now; nothing to one that is refused or does not exist. */
  async function evaluated(): Promise<Tokens> {
    const { data } = await admin.done<Page<ClientBody>>('GET', `/realms/${realm}/clients?limit=200`);
    const tokens = new Map<string, ReadonlySet<string>>(CLIENTS.map((name) => [name, new Set()]));
    for (const { id, client_id: name } of data) {
      if (!tokens.has(name)) continue;
      const answer = await admin.done<{ data: Evaluation }>('POST', `/realms/${realm}/clients/${id}/evaluate`, {});
      const held = (answer.data.permissions ?? []).map((one) => `${one.name} at ${one.audience}`);
      tokens.set(name, new Set(answer.data.granted ? held : []));
    }
    return tokens;
  }

  const spelled = (held: readonly Held[]): string[] =>
    held.flatMap(({ audience, permissions }) => permissions.map((name) => `${name} at ${audience}`)).sort();
  const without = (held: ReadonlySet<string> = new Set(), other: ReadonlySet<string> = new Set()): string[] =>
    [...held].filter((one) => !other.has(one)).sort();

  const mostly = fc.nat(4).map((chance) => chance > 0);
  const client = fc.record({
    listed: mostly,
    enabled: mostly,
    account: mostly,
    permissions: fc.subarray([...PERMISSIONS], { minLength: 1 }),
    roles: fc.array(fc.subarray([...PERMISSIONS]), { minLength: 1, maxLength: 2 }),
  });
  const step = fc.record({
    prune: fc.boolean(),
    realmEnabled: mostly,
    realmRole: fc.subarray(['view_events', 'view_realm']),
    clients: fc.tuple(client, client, client),
    given: fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(2)), { minLength: 2, maxLength: 6 }),
  });
  type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

  /** A document that is right in itself, whatever the realm is like; roles only give what the catalogue has. */
  function documentOf({ prune, realmEnabled, realmRole, clients, given }: Step) {
    const listed = clients.flatMap((facts, index) =>
      facts.listed ? [{ ...facts, client_id: CLIENTS[index] ?? '', roles: facts.roles.slice(0, 2) }] : [],
    );
    const holders = new Map<string, Map<string, unknown>>();
    for (const [who, of, which] of given) {
      const holder = listed.find(({ client_id: name, account }) => name === CLIENTS[who] && account);
      const api = listed.find(({ client_id: name }) => name === CLIENTS[of]);
      if (holder === undefined) continue;
      const role =
        which === 2 || api?.roles[which] === undefined ? 'base' : { client_id: api.client_id, role: `r${which}` };
      const roles = holders.get(holder.client_id) ?? new Map<string, unknown>();
      holders.set(holder.client_id, roles.set(JSON.stringify(role), role));
    }
    return {
      ...{ version: 1, prune, realm: { enabled: realmEnabled } },
      roles: [{ name: 'base', permissions: realmRole }],
      clients: listed.map(({ client_id: name, enabled, account, permissions, roles }) => ({
        ...{ client_id: name, enabled, service_account_enabled: account },
        permissions: permissions.map((permission) => ({ name: permission })),
        roles: roles.map((wanted, index) => ({
          name: `r${index}`,
          permissions: wanted.filter((permission) => permissions.includes(permission)),
        })),
      })),
      assignments: [...holders].map(([name, roles]) => ({ client_id: name, roles: [...roles.values()] })),
    };
  }

  it('is the difference of what they are evaluated to before and after', async () => {
    let told = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: STEPS, maxLength: STEPS }), async (steps) => {
        realm = (await admin.createRealm()).name;
        let before = await evaluated();
        for (const document of steps.map(documentOf)) {
          const plan = await admin.done<Result>('POST', `/realms/${realm}/plan`, document);
          expect(await evaluated()).toEqual(before);
          const applied = await admin.done<Result>('POST', `/realms/${realm}/apply`, {
            ...document,
            plan_digest: plan.digest,
          });
          expect(applied).toEqual(plan);
          const after = await evaluated();
          for (const name of CLIENTS) {
            const impact = plan.impact.subjects.find((one) => one.name === name);
            expect({
              document,
              name,
              gains: spelled(impact?.gains ?? []),
              loses: spelled(impact?.loses ?? []),
            }).toEqual({
              ...{ document, name },
              gains: without(after.get(name), before.get(name)),
              loses: without(before.get(name), after.get(name)),
            });
            told += impact === undefined ? 0 : 1;
          }
          const again = await admin.done<Result>('POST', `/realms/${realm}/apply`, document);
          expect(again.changes).toEqual([]);
          before = after;
        }
      }),
      { numRuns: RUNS },
    );
    expect(told).toBeGreaterThan(RUNS);
  }, 120_000);
});
