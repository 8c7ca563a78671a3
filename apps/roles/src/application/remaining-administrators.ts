import { SnapshotReader } from '#cache';
import { MASTER_REALM, REALM_SCOPE, UserSnapshot, userSnapshotKey } from '#contracts';
import { AppError } from '#errors';
import { Clock } from '#host';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { RoleStore, type RoleTransaction } from '../domain/role-store.js';
import { ADMIN_ROLE } from '../domain/role.js';

/** How many holders are looked at in one round trip. */
const AT_A_TIME = 200;

/** Who can administer `master` when others are gone. */
export interface RemainingAdministration {
  readonly realmId: string;
  /** The role `admin` of `master`. */
  readonly roleId: string;
  /** People who could sign in when they were looked at, and held it. */
  readonly holders: readonly string[];
  /** People who could sign in, and get it by the same change. */
  readonly incoming: readonly string[];
}

/**
 * Keeps `master` an administrator: a person who holds `admin` there and can sign in with a password now. Service accounts do not
 * count, because their clients can be deleted, disabled and lose their secrets; nor do people who are disabled, have no password, or have to
 * do something first. Without one nobody could ever give the role back.
 *
 * Whether somebody can sign in is identity's to say, so it is asked before the transaction. What changes in between is told
 * beforehand (`WithdrawAdministrator`) and found in the transaction, under the lock that all who ask take turns on.
 */
@Injectable()
export class RemainingAdministrators {
  constructor(
    private readonly store: RoleStore,
    private readonly snapshots: SnapshotReader,
    private readonly clock: Clock,
  ) {}

  /**
   * Who remains when `leaving` lose one of these roles; null when none of them is `admin` of `master`. Call it before the transaction.
   */
  async without(
    realmId: string,
    leaving: readonly { readonly subjectId: string; readonly roleId: string }[],
    incoming: readonly { readonly subjectId: string; readonly roleId: string }[],
    context: CallContext,
  ): Promise<RemainingAdministration | null> {
    const roleId = await this.concerned(realmId, [...new Set(leaving.map((one) => one.roleId))]);
    if (roleId === null) return null;
    const gone = new Set(leaving.filter((one) => one.roleId === roleId).map(({ subjectId }) => subjectId));
    const coming = incoming.filter((one) => one.roleId === roleId).map(({ subjectId }) => subjectId);
    const [holders, able] = await Promise.all([
      this.holdersBut(realmId, roleId, gone, context),
      this.ableToSignIn(realmId, coming, context),
    ]);
    return { realmId, roleId, holders, incoming: able };
  }

  /** The same when somebody loses no role, but can no longer sign in. */
  async withoutUser(realmId: string, subjectId: string, context: CallContext): Promise<RemainingAdministration | null> {
    const roleId = await this.administratorRole(realmId);
    if (roleId === null) return null;
    const holders = await this.holdersBut(realmId, roleId, new Set([subjectId]), context);
    return { realmId, roleId, holders, incoming: [] };
  }

  /** @throws AppError `conflict` when nobody remains. From here on whoever asks as well waits for the transaction to end. */
  async require(transaction: RoleTransaction, remaining: RemainingAdministration): Promise<void> {
    const { realmId, roleId, holders, incoming } = remaining;
    await transaction.lockHolders(realmId, roleId);
    const holding = await transaction.holdersAmong(realmId, roleId, holders);
    const candidates = [...holding, ...incoming];
    const withdrawn = new Set(await transaction.withdrawnAmong(realmId, candidates, this.clock.now()));
    if (candidates.some((subjectId) => !withdrawn.has(subjectId))) return;
    throw new AppError('conflict', {
      detail: `Nobody else who can sign in holds ${ADMIN_ROLE} in ${MASTER_REALM}: give it to somebody first.`,
      reason: 'last_administrator',
    });
  }

  private async concerned(realmId: string, roleIds: readonly string[]): Promise<string | null> {
    for (const roleId of roleIds) {
      const role = await this.store.findRole(realmId, roleId);
      if (role?.clientId === null && role.name === ADMIN_ROLE) return this.administratorRole(realmId);
    }
    return null;
  }

  /** The id of `admin` when the realm is `master`. */
  private async administratorRole(realmId: string): Promise<string | null> {
    const [state] = await this.store.readScopes([{ realmId, scope: REALM_SCOPE }]);
    if (state?.scope.realmName !== MASTER_REALM) return null;
    return state.roles.find(({ name }) => name === ADMIN_ROLE)?.id ?? null;
  }

  private async holdersBut(
    realmId: string,
    roleId: string,
    gone: ReadonlySet<string>,
    context: CallContext,
  ): Promise<readonly string[]> {
    for (let cursor: string | null = null; ;) {
      const page = await this.store.listHolders(realmId, roleId, { limit: AT_A_TIME, cursor });
      const others = page.items.map(({ subjectId }) => subjectId).filter((id) => !gone.has(id));
      const able = await this.ableToSignIn(realmId, others, context);
      if (able.length > 0 || page.nextCursor === null) return able;
      cursor = page.nextCursor;
    }
  }

  private async ableToSignIn(
    realmId: string,
    subjectIds: readonly string[],
    context: CallContext,
  ): Promise<readonly string[]> {
    const users = await Promise.all(
      subjectIds.map((id) => this.snapshots.read(UserSnapshot, userSnapshotKey(realmId, id), context)),
    );
    return subjectIds.filter((_id, index) => users[index]?.canSignIn === true);
  }
}
