import { AuditEventRecorded, type AuditEvent, type CallContract, type RequestOf } from '#contracts';
import { isUniqueViolation, keepAnswer, nextSnapshotVersion, type Outbox } from '#database';
import { AppError } from '#errors';
import type { KeptAnswer } from '#idempotency';
import type { EntityManager } from 'typeorm';
import { USER_EXISTS, UserTransaction, type UserAddress, type UserState } from '../../domain/user-store.js';
import type { User } from '../../domain/user.js';
import { addUsers } from './add-users.js';
import { CredentialEntity } from './credential.entity.js';
import { readStates } from './read-states.js';
import { RemovedUserEntity } from './removed-user.entity.js';
import { UserEntity } from './user.entity.js';
import { entityOfUser, userOfEntity } from './user.mapping.js';

/** One transaction on PostgreSQL. */
export class TypeOrmUserTransaction extends UserTransaction {
  constructor(
    private readonly manager: EntityManager,
    private readonly outbox: Outbox,
  ) {
    super();
  }

  async lockUser({ realmId, userId }: UserAddress): Promise<User | null> {
    const found = await this.manager.findOne(UserEntity, {
      where: { realmId, id: userId },
      lock: { mode: 'pessimistic_write' },
    });
    return found === null ? null : userOfEntity(found);
  }

  async lockServiceAccount(realmId: string, clientId: string): Promise<User | null> {
    const found = await this.manager.findOne(UserEntity, {
      where: { realmId, clientId },
      lock: { mode: 'pessimistic_write' },
    });
    return found === null ? null : userOfEntity(found);
  }

  async lockServiceAccounts(realmId: string, clientIds: readonly string[]): Promise<readonly User[]> {
    const found = await this.manager
      .createQueryBuilder(UserEntity, 'usr')
      .where('usr.realmId = :realmId AND usr.clientId = ANY(:clientIds::uuid[])', { realmId, clientIds })
      // One order for everybody who locks several.
      .orderBy('usr.id')
      .setLock('pessimistic_write')
      .getMany();
    return found.map(userOfEntity);
  }

  async stateOf(address: UserAddress): Promise<UserState> {
    const [state] = await readStates(this.manager, [address]);
    return state ?? { version: 0, user: null };
  }

  async addUser(user: User): Promise<void> {
    await refusingTaken(() => this.manager.insert(UserEntity, entityOfUser(user)));
    await this.manager.delete(RemovedUserEntity, { realmId: user.realmId, userId: user.id });
  }

  async addUsers(users: readonly User[]): Promise<readonly User[]> {
    return refusingTaken(() => addUsers(this.manager, users));
  }

  async saveUser(user: User): Promise<void> {
    const { id, realmId, ...columns } = entityOfUser(user);
    await refusingTaken(() => this.manager.update(UserEntity, { realmId, id }, columns));
  }

  async removeUser({ realmId, id, clientId }: User, version: number): Promise<void> {
    await this.manager.delete(UserEntity, { realmId, id });
    await this.manager.insert(RemovedUserEntity, { realmId, userId: id, clientId, version });
  }

  async setPassword({ realmId, userId }: UserAddress, passwordHash: string, at: Date): Promise<void> {
    await this.manager.upsert(
      CredentialEntity,
      { realmId, userId, type: 'password', secret: passwordHash, createdAt: at, updatedAt: at },
      ['realmId', 'userId', 'type'],
    );
  }

  nextVersion(): Promise<number> {
    return nextSnapshotVersion(this.manager, 'identity');
  }

  record(event: AuditEvent): Promise<void> {
    return this.outbox.record(this.manager, AuditEventRecorded, event);
  }

  recordAll(events: readonly AuditEvent[]): Promise<void> {
    return this.outbox.recordAll(this.manager, AuditEventRecorded, events);
  }

  call<C extends CallContract>(contract: C, request: RequestOf<C>): Promise<void> {
    return this.outbox.call(this.manager, contract, request);
  }

  keepAnswer(answer: KeptAnswer, since: Date): Promise<void> {
    return keepAnswer(this.manager, 'identity', answer, since);
  }
}

async function refusingTaken<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    const detail = 'There is a user of this name already.';
    throw new AppError('conflict', { detail, reason: USER_EXISTS, cause: error });
  }
}
