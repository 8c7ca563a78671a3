import { createParamDecorator, SetMetadata, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { accessTokenIfAny } from '../http/authorize.js';
import { checkRequirements, type AccessRequirements } from '../http/requirements.js';
import type { VerifiedAccessToken } from '../verification/verified-access-token.js';

/** Where the decorators leave their marks. */
export const MARKS = {
  permissions: 'chancery:permissions',
  roles: 'chancery:roles',
  realmRoles: 'chancery:realm_roles',
  public: 'chancery:public',
} as const;

function requirement(kind: keyof AccessRequirements, names: readonly string[]): CustomDecorator {
  checkRequirements({ [kind]: names });
  return SetMetadata(MARKS[kind], names);
}

/** Opens a route, or all of a controller, to tokens with all of these permissions of this API. */
export function RequirePermissions(...permissions: readonly string[]): CustomDecorator {
  return requirement('permissions', permissions);
}

/** Opens a route, or all of a controller, to tokens with all of these roles of this API. */
export function RequireRoles(...roles: readonly string[]): CustomDecorator {
  return requirement('roles', roles);
}

/** Opens a route, or all of a controller, to tokens with all of these roles of the realm. */
export function RequireRealmRoles(...roles: readonly string[]): CustomDecorator {
  return requirement('realmRoles', roles);
}

/** Opens a route, or all of a controller, to everybody. A requirement that stands nearer to the route wins. */
export function Public(): CustomDecorator {
  return SetMetadata(MARKS.public, true);
}

const tokenIn = (context: ExecutionContext): VerifiedAccessToken | null =>
  accessTokenIfAny(context.switchToHttp().getRequest<object>());

/** The verified access token (`VerifiedAccessToken`); null on a public route. */
export const AccessToken = createParamDecorator((_: unknown, context: ExecutionContext) => tokenIn(context));

/** The `client_id` of the client that asked for the token; null on a public route. */
export const CurrentClient = createParamDecorator(
  (_: unknown, context: ExecutionContext) => tokenIn(context)?.clientId ?? null,
);

/** Who the token is about (`sub`): a user's id, or that of a service account; null on a public route. */
export const CurrentSubject = createParamDecorator(
  (_: unknown, context: ExecutionContext) => tokenIn(context)?.subject ?? null,
);
