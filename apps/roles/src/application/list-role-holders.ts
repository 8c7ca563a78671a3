import { SnapshotReader } from '#cache';
import type { ListRoleHolders as Contract, RequestOf } from '#contracts';
import type { CallContext } from '#messaging';
import { Injectable } from '@nestjs/common';
import { RoleStore, type Holder, type SubjectPage } from '../domain/role-store.js';
import { nameSubjects, type KnownSubject } from './known-subjects.js';
import { requireRole } from './present-role.js';

/** Lists who holds a role. */
@Injectable()
export class ListRoleHolders {
  constructor(
    private readonly store: RoleStore,
    private readonly snapshots: SnapshotReader,
  ) {}

  /** @throws AppError `not_found`. */
  async execute(
    { realmId, roleId, page }: RequestOf<typeof Contract>,
    context: CallContext,
  ): Promise<SubjectPage<Holder & KnownSubject>> {
    await requireRole(this.store, realmId, roleId);
    const found = await this.store.listHolders(realmId, roleId, page);
    return { ...found, items: await nameSubjects(this.snapshots, realmId, found.items, context) };
  }
}
