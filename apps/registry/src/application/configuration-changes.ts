import { changesBetween } from '#audit-trail';
import type { ConfigurationChange } from '#contracts';
import type { Client } from '../domain/client.js';
import type { RegistryPlan } from '../domain/configuration-plan.js';
import { auditedClient, auditedRealm } from './audit-events.js';

/** What a plan changes, in the order in which it is done. */
export function configurationChanges({ realm, clients, deleted }: RegistryPlan): ConfigurationChange[] {
  return [
    ...(realm === null
      ? []
      : [change('update', 'realm', realm.before.name, auditedRealm(realm.before), auditedRealm(realm.after))]),
    ...clients.map(({ before, after }) =>
      before === null
        ? change('create', 'client', after.clientId, {}, visible(after))
        : change('update', 'client', after.clientId, ...compared(before, after)),
    ),
    ...deleted.map((client) => change('delete', 'client', client.clientId, visible(client), {})),
  ];
}

function change(
  action: ConfigurationChange['action'],
  kind: ConfigurationChange['kind'],
  name: string,
  before: Record<string, unknown>,
  after: Record<string, unknown>,
): ConfigurationChange {
  const members = Object.entries(changesBetween(before, after)).map(([member, values]) => ({
    name: member,
    ...values,
  }));
  return { action, kind, name, members };
}

/** A secret that is added shows, though masked secrets all look the same. */
function compared(before: Client, after: Client): [Record<string, unknown>, Record<string, unknown>] {
  const added = after.secrets.length - before.secrets.length;
  const counted = { secret: `*** (${before.secrets.length})` };
  return added === 0
    ? [visible(before), visible(after)]
    : [
        { ...visible(before), ...(before.secrets.length === 0 ? {} : counted) },
        { ...visible(after), secret: `*** (${after.secrets.length})` },
      ];
}

function visible(client: Client): Record<string, unknown> {
  const { client_id: _name, service_account_user_id: _id, ...members } = auditedClient(client);
  const disabled = client.redirectUris.filter(({ enabled }) => !enabled).map(({ value }) => value);
  return { ...members, ...(disabled.length === 0 ? {} : { disabled_redirect_uris: disabled }) };
}
