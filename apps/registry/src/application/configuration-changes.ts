import { changesBetween } from '#audit-trail';
import type { ConfigurationChange } from '#contracts';
import type { Client } from '../domain/client.js';
import type { ClientUri } from '../domain/client-uri.js';
import type { PlannedClient, RegistryPlan } from '../domain/configuration-plan.js';
import { SIDE_URI_KINDS, URI_LISTS, type SideUris } from '../domain/configured-uris.js';
import { auditedClient, auditedRealm } from './audit-events.js';

/** What a plan changes, in the order in which it is done. */
export function configurationChanges({ realm, clients, deleted }: RegistryPlan): ConfigurationChange[] {
  return [
    ...(realm === null
      ? []
      : [change('update', 'realm', realm.before.name, auditedRealm(realm.before), auditedRealm(realm.after))]),
    ...clients.map((planned) =>
      planned.before === null
        ? change('create', 'client', planned.after.clientId, {}, visible(planned.after, planned.uris.after))
        : change('update', 'client', planned.after.clientId, ...compared(planned, planned.before)),
    ),
    ...deleted.map((client) => change('delete', 'client', client.clientId, visible(client, null), {})),
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
function compared({ after, uris }: PlannedClient, before: Client): [Record<string, unknown>, Record<string, unknown>] {
  const [visibleBefore, visibleAfter] = [visible(before, uris.before), visible(after, uris.after)];
  const added = after.secrets.length - before.secrets.length;
  const counted = { secret: `*** (${before.secrets.length})` };
  return added === 0
    ? [visibleBefore, visibleAfter]
    : [
        { ...visibleBefore, ...(before.secrets.length === 0 ? {} : counted) },
        { ...visibleAfter, secret: `*** (${after.secrets.length})` },
      ];
}

/** @param uris Null: they do not matter any more. */
function visible(client: Client, uris: SideUris | null): Record<string, unknown> {
  const { client_id: _name, service_account_user_id: _id, ...members } = auditedClient(client);
  const lists = [
    ['redirect_uris', client.redirectUris] as const,
    ...(uris === null ? [] : SIDE_URI_KINDS.map((kind) => [URI_LISTS[kind], uris[kind]] as const)),
  ];
  return Object.assign(members, ...lists.map(([list, values]) => shownUris(list, values))) as Record<string, unknown>;
}

function shownUris(list: string, uris: readonly ClientUri[]): Record<string, unknown> {
  const disabled = uris.filter(({ enabled }) => !enabled).map(({ value }) => value);
  return {
    [list]: uris.map(({ value }) => value),
    ...(disabled.length === 0 ? {} : { [`disabled_${list}`]: disabled }),
  };
}
