import { AuditEventRecorded, type AuditEvent } from '#contracts';
import { keepAnswer, nextSnapshotVersion, type Outbox } from '#database';
import type { KeptAnswer } from '#idempotency';
import { In, IsNull, MoreThan, Not, type EntityManager } from 'typeorm';
import type { RetiredBit } from '../../domain/catalogue-policy.js';
import type { OwnPermission } from '../../domain/permission-catalogue.js';
import {
  RoleTransaction,
  type HeldRole,
  type Scope,
  type ScopeAddress,
  type ScopeContents,
  type Subject,
  type SubjectAddress,
} from '../../domain/role-store.js';
import type { Role } from '../../domain/role.js';
import {
  addPermissions,
  addRoles,
  addScopes,
  assignAll,
  lockSubjects,
  nextVersions,
  stampScopes,
  stampSubjects,
} from './bulk-writes.js';
import { AssignmentEntity } from './assignment.entity.js';
import { PermissionEntity } from './permission.entity.js';
import { RoleEntity } from './role.entity.js';
import { roleOfEntity } from './role.mapping.js';
import { ScopeEntity } from './scope.entity.js';
import { SubjectEntity } from './subject.entity.js';

/** One transaction on PostgreSQL. Keys never change, so locks leave foreign keys to these rows free (`NO KEY UPDATE`). */
export class TypeOrmRoleTransaction extends RoleTransaction {
  constructor(
    private readonly manager: EntityManager,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  async lockSubject(address: SubjectAddress): Promise<Subject> {
    const existing = await this.findSubjectForChange(address);
    if (existing !== null) return existing;
    await this.manager
      .createQueryBuilder()
      .insert()
      .into(SubjectEntity)
      .values({ ...address, version: 0, ensuredRoleIds: [], removed: false, withdrawnUntil: null })
      .orIgnore()
      .execute();
    const made = await this.findSubjectForChange(address);
    if (made === null) throw new Error('a subject row vanished while it was made');
    return made;
  }

  private findSubjectForChange({ realmId, subjectId }: SubjectAddress): Promise<Subject | null> {
    return this.manager.findOne(SubjectEntity, {
      where: { realmId, subjectId },
      lock: { mode: 'for_no_key_update' },
    });
  }

  async saveSubject({ realmId, subjectId, ensuredRoleIds, ...columns }: Subject): Promise<void> {
    const changes = { ...columns, ensuredRoleIds: [...ensuredRoleIds] };
    await this.manager.update(SubjectEntity, { realmId, subjectId }, changes);
  }

  lockScope({ realmId, scope }: ScopeAddress, mode: 'use' | 'change'): Promise<Scope | null> {
    return this.manager.findOne(ScopeEntity, {
      where: { realmId, scope },
      lock: { mode: mode === 'use' ? 'pessimistic_read' : 'for_no_key_update' },
    });
  }

  async addScope(scope: Scope): Promise<void> {
    await this.manager.createQueryBuilder().insert().into(ScopeEntity).values(scope).orIgnore().execute();
  }

  async saveScope({ realmId, scope, audience, audienceVersion, version, removed }: Scope): Promise<void> {
    await this.manager.update(ScopeEntity, { realmId, scope }, { audience, audienceVersion, version, removed });
  }

  async lockHolders(realmId: string, roleId: string): Promise<void> {
    await this.manager.findOne(RoleEntity, {
      where: { realmId, id: roleId },
      lock: { mode: 'for_no_key_update' },
    });
  }

  countHolders(realmId: string, roleId: string): Promise<number> {
    return this.manager.countBy(AssignmentEntity, { realmId, roleId });
  }

  async holdersAmong(realmId: string, roleId: string, subjectIds: readonly string[]): Promise<readonly string[]> {
    const found = await this.manager.findBy(AssignmentEntity, { realmId, roleId, subjectId: In([...subjectIds]) });
    return found.map(({ subjectId }) => subjectId);
  }

  async withdrawnAmong(realmId: string, subjectIds: readonly string[], at: Date): Promise<readonly string[]> {
    const where = { realmId, subjectId: In([...subjectIds]), withdrawnUntil: MoreThan(at) };
    return (await this.manager.findBy(SubjectEntity, where)).map(({ subjectId }) => subjectId);
  }

  async findRole(realmId: string, id: string): Promise<Role | null> {
    const found = await this.manager.findOneBy(RoleEntity, { realmId, id });
    return found === null ? null : roleOfEntity(found);
  }

  async contentsOf({ realmId, scope }: ScopeAddress): Promise<ScopeContents> {
    const roles = await this.manager.find(RoleEntity, { where: { realmId, scope }, order: { name: 'ASC' } });
    const permissions = await this.manager.find(PermissionEntity, {
      where: { realmId, scope, retiredAt: IsNull() },
      order: { bit: 'ASC' },
    });
    return {
      roles: roles.map(roleOfEntity),
      permissions: permissions.map(({ bit, name, description, version }) => ({ bit, name, description, version })),
    };
  }

  async addRole({ mask, ...role }: Role): Promise<void> {
    await this.manager.insert(RoleEntity, { ...role, permissions: mask });
  }

  async saveRole({ id, realmId, name, description, mask, version, updatedAt }: Role): Promise<void> {
    await this.manager.update(
      RoleEntity,
      { realmId, id },
      { name, description, permissions: mask, version, updatedAt },
    );
  }

  async removeRole(realmId: string, id: string): Promise<void> {
    await this.manager.delete(AssignmentEntity, { realmId, roleId: id });
    await this.manager.delete(RoleEntity, { realmId, id });
  }

  async addPermission({ realmId, scope }: ScopeAddress, permission: OwnPermission): Promise<void> {
    const { bit, name, description, version } = permission;
    await this.manager.delete(PermissionEntity, { realmId, scope, bit, retiredAt: Not(IsNull()) });
    await this.manager.insert(PermissionEntity, {
      ...{ realmId, scope, bit, name, description },
      ...{ version, retiredAt: null },
    });
  }

  async savePermission({ realmId, scope }: ScopeAddress, { bit, ...columns }: OwnPermission): Promise<void> {
    await this.manager.update(PermissionEntity, { realmId, scope, bit }, columns);
  }

  async retirePermission({ realmId, scope }: ScopeAddress, bit: number, at: Date): Promise<void> {
    await this.manager.update(PermissionEntity, { realmId, scope, bit }, { retiredAt: at });
  }

  async retiredBits({ realmId, scope }: ScopeAddress): Promise<readonly RetiredBit[]> {
    const found = await this.manager.find(PermissionEntity, {
      where: { realmId, scope, retiredAt: Not(IsNull()) },
      order: { bit: 'ASC' },
    });
    return found.flatMap(({ bit, retiredAt }) => (retiredAt === null ? [] : [{ bit, retiredAt }]));
  }

  async heldBy({ realmId, subjectId }: SubjectAddress): Promise<readonly HeldRole[]> {
    return this.manager.query<HeldRole[]>(
      `SELECT role.id AS "roleId", role.scope AS "scope", role.name AS "roleName"
       FROM roles.assignments assignment
       JOIN roles.roles role ON role.realm_id = assignment.realm_id AND role.id = assignment.role_id
       WHERE assignment.realm_id = $1 AND assignment.subject_id = $2
       ORDER BY role.id`,
      [realmId, subjectId],
    );
  }

  async assign(address: SubjectAddress, roleId: string, at: Date): Promise<void> {
    await this.manager.insert(AssignmentEntity, { ...address, roleId, assignedAt: at });
  }

  async unassign({ realmId, subjectId }: SubjectAddress, roleIds: readonly string[]): Promise<void> {
    await this.manager.delete(AssignmentEntity, { realmId, subjectId, roleId: In([...roleIds]) });
  }

  lockSubjects(realmId: string, subjectIds: readonly string[]): Promise<readonly Subject[]> {
    return lockSubjects(this.manager, realmId, subjectIds);
  }

  assignAll(
    realmId: string,
    pairs: readonly { readonly subjectId: string; readonly roleId: string }[],
    at: Date,
  ): Promise<void> {
    return assignAll(this.manager, realmId, pairs, at);
  }

  stampSubjects(realmId: string, subjectIds: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return stampSubjects(this.manager, realmId, subjectIds);
  }

  addScopes(scopes: readonly Scope[]): Promise<void> {
    return addScopes(this.manager, scopes);
  }

  addPermissions(permissions: readonly (ScopeAddress & OwnPermission)[]): Promise<void> {
    return addPermissions(this.manager, permissions);
  }

  addRoles(roles: readonly Role[]): Promise<void> {
    return addRoles(this.manager, roles);
  }

  stampScopes(realmId: string, scopes: readonly string[]): Promise<ReadonlyMap<string, number>> {
    return stampScopes(this.manager, realmId, scopes);
  }

  nextVersions(count: number): Promise<readonly number[]> {
    return nextVersions(this.manager, count);
  }

  recordAll(events: readonly AuditEvent[]): Promise<void> {
    return this.outbox.recordAll(this.manager, AuditEventRecorded, events);
  }

  async clearScope({ realmId, scope }: ScopeAddress): Promise<void> {
    await this.manager.delete(RoleEntity, { realmId, scope });
    await this.manager.delete(PermissionEntity, { realmId, scope });
  }

  nextVersion(): Promise<number> {
    return nextSnapshotVersion(this.manager, 'roles');
  }

  keepAnswer(answer: KeptAnswer, since: Date): Promise<void> {
    return keepAnswer(this.manager, 'roles', answer, since);
  }

  record(event: AuditEvent): Promise<void> {
    return this.outbox.record(this.manager, AuditEventRecorded, event);
  }
}
