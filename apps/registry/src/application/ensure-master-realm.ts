import { EnsureAdministrator, EnsureRoleAssignment, MASTER_REALM, type Actor } from '#contracts';
import { AppError } from '#errors';
import { MessageClient, type CallContext } from '#messaging';
import { Logger } from '#observability';
import { Injectable } from '@nestjs/common';
import { Milestones } from '../domain/milestones.js';
import { RealmRepository } from '../domain/repositories.js';
import { CreateRealm } from './create-realm.js';

/** The product itself, as who acts. */
export const SYSTEM_ACTOR: Actor = {
  kind: 'system',
  id: null,
  clientId: null,
  realm: null,
  permissions: [],
  peer: { ip: null, userAgent: null },
};

/** The role that the first administrator gets. */
const ADMINISTRATOR_ROLE = 'admin';

/**
 * Makes the realm `master` and its first administrator, once in the life of an installation: an administrator who was removed
 * afterwards does not come back with the next start. Any number of replicas may run it at the same time.
 */
@Injectable()
export class EnsureMasterRealm {
  constructor(
    private readonly realms: RealmRepository,
    private readonly milestones: Milestones,
    private readonly createRealm: CreateRealm,
    private readonly messages: MessageClient,
    private readonly logger: Logger,
  ) {}

  /** @throws AppError when a service is not there yet: try again. */
  async execute(context: CallContext): Promise<void> {
    if (await this.milestones.isReached('master_realm')) return;
    const realmId = await this.ensureRealm(context);
    const realm = { realmId, realmName: MASTER_REALM };
    const { userId, created } = await this.messages.call(EnsureAdministrator, realm, context);
    const assignment = { ...realm, subjectId: userId, roleName: ADMINISTRATOR_ROLE };
    await this.messages.call(EnsureRoleAssignment, assignment, context);
    await this.milestones.reach('master_realm');
    this.logger.info({ realmId, administratorCreated: created }, 'the realm master is there');
  }

  private async ensureRealm(context: CallContext): Promise<string> {
    const present = await this.realms.findByName(MASTER_REALM);
    if (present !== null) return present.id;
    try {
      const request = { actor: SYSTEM_ACTOR, name: MASTER_REALM, displayName: 'Master' };
      return (await this.createRealm.execute(request, context)).id;
    } catch (error) {
      // Another replica was quicker.
      const winner = await this.realms.findByName(MASTER_REALM);
      if (winner !== null && error instanceof AppError && error.code === 'conflict') return winner.id;
      throw error;
    }
  }
}
