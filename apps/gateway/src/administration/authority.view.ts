import type { ExplainedPermission, PreviewRoleChange, PreviewToken, ReplyOf, RoleHolder } from '#contracts';
import { pageBody } from './page.view.js';

interface Subject {
  readonly subjectId: string;
  readonly username: string | null;
  readonly clientId: string | null;
}

/** Somebody who holds roles as the API shows it. */
function subjectView({ subjectId, username, clientId }: Subject) {
  return { id: subjectId, kind: clientId === null ? 'user' : 'service_account', username, client_id: clientId };
}

/** A holder of a role as the API shows it. */
export function roleHolderView(holder: RoleHolder) {
  return { ...subjectView(holder), assigned_at: holder.assignedAt };
}

/** An effective permission with its reasons as the API shows it. */
export function explainedPermissionView(permission: ExplainedPermission) {
  return {
    name: permission.name,
    description: permission.description,
    built_in: permission.builtIn,
    client_id: permission.clientId,
    audience: permission.audience,
    roles: permission.roles,
  };
}

/** What would come of a change of a role as the API shows it: a list of those concerned, with what the role would gain and lose. */
export function roleImpactView(impact: ReplyOf<typeof PreviewRoleChange>) {
  return {
    role: { added: impact.added, removed: impact.removed, audience: impact.audience, holders: impact.holders },
    ...pageBody(impact.affected, (one) => ({ ...subjectView(one), gains: one.gains, loses: one.loses })),
  };
}

/** A token that was not issued as the API shows it. */
export function tokenPreviewView(preview: ReplyOf<typeof PreviewToken>) {
  if (preview.outcome === 'refused') {
    const { error, description, reason } = preview;
    return { granted: false, error, error_description: description, reason };
  }
  const { claims, reasons, permissions, lifetimeSeconds, tokenBytes, warnings } = preview;
  return {
    granted: true,
    expires_in: lifetimeSeconds,
    token_bytes: tokenBytes,
    warnings,
    claims,
    reasons,
    permissions,
  };
}
