import { FindUsers, type AuthorityChange, type ReplyOf, type TokenImpact } from '#contracts';
import { MessageClient, type CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import type { Client } from '../domain/client.js';
import type { RegistryPlan, StoredRealm } from '../domain/configuration-plan.js';
import { ClientRepository } from '../domain/repositories.js';
import { issuesTo, tokenImpact, type TokenHolder } from '../domain/token-impact.js';
import { accountOf } from '../domain/wanted-roles.js';

type User = ReplyOf<typeof FindUsers>['byId'][number];
type BeforeAndAfter = { readonly before: Client | null; readonly after: Client | null };

/** Tells whose tokens a plan changes, and in what. */
@Injectable()
export class TokenImpacts {
  constructor(
    private readonly messages: MessageClient,
    private readonly clients: ClientRepository,
  ) {}

  /** Service accounts of clients to which tokens are issued before and not after, or the other way round; null: everybody's. */
  concerned({ realm }: StoredRealm, plan: RegistryPlan): string[] | null {
    const realmAfter = plan.realm?.after ?? realm;
    if (realmAfter.enabled !== realm.enabled) return null;
    const changed = [...plan.clients, ...plan.deleted.map((before) => ({ before, after: null }))];
    return changed
      .filter(({ before, after }) => issuesTo(realm, before) !== issuesTo(realm, after))
      .flatMap(({ before }) => before?.serviceAccountUserId ?? []);
  }

  /** What becomes of the tokens of everybody whose authority changes. */
  async of(
    authority: readonly AuthorityChange[],
    stored: StoredRealm,
    plan: RegistryPlan,
    context: CallContext,
  ): Promise<TokenImpact[]> {
    if (authority.length === 0) return [];
    const realmId = stored.realm.id;
    const ids = authority.map(({ subjectId }) => subjectId);
    const { byId } = await this.messages.call(FindUsers, { realmId, usernames: [], ids }, context);
    const users = new Map(byId.map((user) => [user.id, user]));
    const accounts = await this.accounts(stored, plan, byId);
    return authority
      .flatMap((change) => {
        const holder = this.holder(users.get(change.subjectId), accounts.get(change.subjectId), stored, plan);
        const impact = holder === null ? null : tokenImpact(change, holder);
        return impact === null ? [] : [impact];
      })
      .sort((left, right) => (`${left.kind} ${left.name}` < `${right.kind} ${right.name}` ? -1 : 1));
  }

  private holder(
    user: User | undefined,
    account: BeforeAndAfter | undefined,
    { realm }: StoredRealm,
    plan: RegistryPlan,
  ): TokenHolder | null {
    const realmAfter = plan.realm?.after ?? realm;
    if (account !== undefined) {
      const { before, after } = account;
      const turnedOn = before?.serviceAccountEnabled !== true;
      const enabled = user?.enabled ?? false;
      return {
        kind: 'client',
        name: (after ?? before)?.clientId ?? '',
        before: enabled && issuesTo(realm, before),
        // Turned on it is enabled; otherwise it stays as somebody has left it.
        after: (turnedOn || enabled) && issuesTo(realmAfter, after),
      };
    }
    if (user === undefined || user.clientId !== null) return null;
    const { username: name, enabled } = user;
    return { kind: 'user', name, before: enabled && realm.enabled, after: enabled && realmAfter.enabled };
  }

  /** Clients by their service accounts, before and after. */
  private async accounts(
    { realm, clients }: StoredRealm,
    plan: RegistryPlan,
    users: readonly User[],
  ): Promise<ReadonlyMap<string, BeforeAndAfter>> {
    const accounts = new Map<string, BeforeAndAfter>();
    const note = (before: Client | null, after: Client | null): void => {
      for (const client of [before, after]) {
        const id = client === null ? null : accountOf(client);
        if (id !== null) accounts.set(id, { before, after });
      }
    };
    for (const client of clients.values()) note(client, client);
    for (const { before, after } of plan.clients) note(before, after);
    for (const client of plan.deleted) note(client, null);
    const others = users.flatMap(({ id, clientId }) => (clientId === null || accounts.has(id) ? [] : [clientId]));
    for (const client of await this.clients.findMany(realm.id, { ids: others })) note(client, client);
    return accounts;
  }
}
