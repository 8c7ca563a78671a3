import { EvaluateBearer, type Principal } from '#contracts';
import { AppError } from '#errors';
import { MessageClient } from '#messaging';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { contextOf } from '../http/call-context.js';
import { descriptionText } from '../http/error-answers.js';
import type { GatewayReply, GatewayRequest } from '../http/gateway-request.js';
import { isRealmName } from '../http/paths.js';
import { peerOf } from '../http/peer.js';
import { actorOf } from './access.js';
import { bearerOf } from './bearer.js';
import type { Visitor } from './denials/denial.js';
import { requirementOf, type Requirement } from './requirements.js';

type PermissionRequirement = Extract<Requirement, { kind: 'permissions' }>;

/**
 * Lets a request through to its handler: public routes always; all others when the bearer is good now and holds a declared
 * permission. A route that declares nothing lets nobody in. Which permissions a bearer holds is not decided here but by the
 * token service.
 */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly client: MessageClient) {}

  canActivate(execution: ExecutionContext): boolean | Promise<boolean> {
    const requirement = requirementOf(execution.getHandler());
    if (requirement?.kind === 'public') return true;
    if (requirement === undefined) throw new AppError('forbidden', { reason: 'route_declares_no_permission' });
    const http = execution.switchToHttp();
    return this.admit(requirement, http.getRequest<GatewayRequest>(), http.getResponse<GatewayReply>());
  }

  private async admit(requirement: PermissionRequirement, request: GatewayRequest, reply: GatewayReply) {
    const visitor: Visitor = { requirement, principal: null, target: null };
    request.visitor = visitor;
    const { realm } = request.params as { realm?: string };
    // A realm that cannot exist: this tells nobody anything.
    if (realm !== undefined && !isRealmName(realm))
      throw new AppError('not_found', { detail: 'There is no such realm.' });
    const token = this.tokenOf(request, reply, realm);
    const { principal, targetRealm } = await this.evaluate(token, request, reply, realm);
    visitor.principal = principal;
    visitor.target = targetRealm;
    this.requirePermission(requirement, principal, reply, realm);
    if (realm !== undefined && targetRealm === null) {
      throw new AppError('not_found', { detail: 'There is no such realm.' });
    }
    request.access = { principal, target: targetRealm, actor: actorOf(principal, peerOf(request)) };
    return true;
  }

  private tokenOf(request: GatewayRequest, reply: GatewayReply, realm: string | undefined): string {
    const bearer = bearerOf(request.raw);
    switch (bearer.kind) {
      case 'token':
        return bearer.token;
      case 'absent':
        challenge(reply, realm);
        throw new AppError('invalid_token', { detail: 'A bearer token is needed.', reason: 'no_bearer' });
      case 'malformed': {
        const error = new AppError('invalid_token', { detail: 'The bearer token is malformed.', reason: 'malformed' });
        challenge(reply, realm, 'invalid_token', error.message);
        throw error;
      }
    }
  }

  private async evaluate(token: string, request: GatewayRequest, reply: GatewayReply, realm: string | undefined) {
    try {
      return await this.client.call(EvaluateBearer, { token, targetRealm: realm ?? null }, contextOf(request));
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (error.code === 'invalid_token') challenge(reply, realm, 'invalid_token', error.message);
      throw error;
    }
  }

  private requirePermission(
    requirement: PermissionRequirement,
    principal: Principal,
    reply: GatewayReply,
    realm: string | undefined,
  ): void {
    const { anyOf, issuedBy } = requirement;
    const rightRealm = issuedBy === null || principal.realm === issuedBy;
    if (rightRealm && anyOf.some((permission) => principal.permissions.includes(permission))) return;
    const needed = `This needs ${anyOf.length === 1 ? '' : 'one of '}${anyOf.join(', ')}`;
    const detail = `${needed}${issuedBy === null ? '' : ` in realm ${issuedBy}`}.`;
    challenge(reply, realm, 'insufficient_scope', detail);
    throw new AppError('forbidden', { detail, reason: rightRealm ? 'permission_missing' : 'wrong_realm' });
  }
}

/** Sets the challenge of RFC 6750 §3; without an error code when no authentication was tried. */
function challenge(reply: GatewayReply, realm: string | undefined, error?: string, description?: string): void {
  const parts = [`Bearer realm="${realm ?? 'chancery'}"`];
  if (error !== undefined) parts.push(`error="${error}"`);
  if (description !== undefined) parts.push(`error_description="${descriptionText(description)}"`);
  reply.header('www-authenticate', parts.join(', '));
}
