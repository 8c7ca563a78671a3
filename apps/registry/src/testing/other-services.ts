import {
  ApplyRoleConfiguration,
  AuditEventRecorded,
  CheckClientRoles,
  EnsureAdministrator,
  EnsureRoleAssignment,
  EnsureServiceAccount,
  EnsureServiceAccounts,
  GuardAccount,
  ExportRoleConfiguration,
  FindUsers,
  NameRealmOfRoles,
  NameRealmOfUsers,
  ProvisionRealmKeys,
  ProvisionRealmRoles,
  RemoveClientRoles,
  RemoveRealmKeys,
  RemoveRealmRoles,
  RemoveRealmUsers,
  RemoveServiceAccount,
  RenameClientRoles,
  RetireClientRoles,
  type AuditEvent,
  type CallContract,
} from '#contracts';
import type { Transport } from '#messaging';

const ADMINISTRATOR_ID = '01890000-0000-7000-8000-0000000000aa';

/** Stands in for roles, tokens, identity and audit on a bus: answers what the registry asks and keeps what it hears. */
export class OtherServices {
  readonly calls: { readonly subject: string; readonly request: Record<string, unknown> }[] = [];
  readonly events: AuditEvent[] = [];

  /** Begins to answer. */
  static async on(transport: Transport): Promise<OtherServices> {
    const others = new OtherServices();
    const acknowledged = [
      ProvisionRealmRoles,
      ProvisionRealmKeys,
      EnsureRoleAssignment,
      RemoveRealmRoles,
      RemoveRealmKeys,
      RemoveRealmUsers,
      RemoveClientRoles,
      RemoveServiceAccount,
      NameRealmOfRoles,
      NameRealmOfUsers,
      GuardAccount,
      RenameClientRoles,
      CheckClientRoles,
      RetireClientRoles,
    ];
    for (const contract of acknowledged) await others.serve(transport, contract, () => ({}));
    await others.serve(transport, EnsureAdministrator, () => ({ userId: ADMINISTRATOR_ID, created: true }));
    await others.serve(transport, ApplyRoleConfiguration, () => ({ changes: [], authority: [], complete: true }));
    await others.serve(transport, ExportRoleConfiguration, () => ({ scopes: [], assignments: [] }));
    await others.serve(transport, FindUsers, () => ({ byUsername: [], byId: [] }));
    await others.serve(transport, EnsureServiceAccounts, ({ accounts }) => ({
      userIds: (accounts as { userId: string }[]).map(({ userId }) => userId),
    }));
    await others.serve(transport, EnsureServiceAccount, ({ userId }) => ({ userId }));
    await transport.consumeDurable(
      { stream: AuditEventRecorded.stream, subject: AuditEventRecorded.subject, consumer: 'audit', maxBatch: 32 },
      (messages) => {
        for (const message of messages) {
          const events = JSON.parse(Buffer.from(message.payload).toString('utf8')) as AuditEvent | AuditEvent[];
          others.events.push(...[events].flat());
          message.ack();
        }
        return Promise.resolve();
      },
    );
    return others;
  }

  /** What was sent to one subject. */
  sentTo(contract: CallContract): readonly Record<string, unknown>[] {
    return this.calls.filter(({ subject }) => subject === contract.subject).map(({ request }) => request);
  }

  private async serve(
    transport: Transport,
    contract: CallContract,
    answer: (request: Record<string, unknown>) => object,
  ): Promise<void> {
    await transport.serve(contract.subject, contract.service, (incoming) => {
      const request = JSON.parse(Buffer.from(incoming.payload).toString('utf8')) as Record<string, unknown>;
      this.calls.push({ subject: contract.subject, request });
      incoming.respond(Buffer.from(JSON.stringify(answer(request))));
    });
  }
}
