/** One built-in realm permission. `reserved`: listed, but the feature it opens does not exist yet. */
export interface BuiltInPermission {
  readonly bit: number;
  readonly name: string;
  readonly reserved: boolean;
}

const table = (name: string, bit: number, reserved = false) => ({ bit, name, reserved }) as const;

/** The built-in realm permissions, bits 0–31 of every realm's catalogue. Bits are wire contract: never reused. */
export const BUILT_IN_PERMISSIONS = [
  table('create_client', 0),
  table('manage_authorization', 1, true),
  table('manage_clients', 2),
  table('manage_events', 3),
  table('manage_identity_providers', 4, true),
  table('manage_realm', 5),
  table('manage_users', 6),
  table('manage_roles', 7),
  table('query_clients', 8),
  table('query_groups', 9, true),
  table('query_realms', 10),
  table('query_users', 11),
  table('view_authorization', 12, true),
  table('view_clients', 13),
  table('view_events', 14),
  table('view_identity_providers', 15, true),
  table('view_realm', 16),
  table('view_users', 17),
  table('view_roles', 18),
  table('manage_webhooks', 19),
  table('query_webhooks', 20),
  table('view_webhooks', 21),
  table('manage_client_scopes', 22, true),
  table('query_client_scopes', 23, true),
  table('view_client_scopes', 24, true),
  table('manage_email_templates', 25, true),
  table('view_email_templates', 26, true),
] as const satisfies readonly BuiltInPermission[];

/** The name of a built-in realm permission. */
export type BuiltInPermissionName = (typeof BUILT_IN_PERMISSIONS)[number]['name'];
