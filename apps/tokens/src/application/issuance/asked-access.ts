import type { IssueToken, RequestOf } from '#contracts';
import { formParameter, parseResources, parseScope } from '#oauth';
import type { AskedAccess } from '../../domain/token-access.js';

/**
 * The `scope` (RFC 6749 §3.3) and `resource` (RFC 8707 §2) that the request asks for.
 *
 * @throws AppError `invalid_scope`, `invalid_target` for what is malformed.
 */
export function askedAccess(request: Pick<RequestOf<typeof IssueToken>, 'parameters' | 'resources'>): AskedAccess {
  const scope = formParameter(request.parameters, 'scope');
  return {
    scope: scope === undefined ? undefined : parseScope(scope),
    resources: parseResources(request.resources),
  };
}
