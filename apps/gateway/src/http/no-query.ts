import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { GatewayRequest } from './gateway-request.js';
import { ListQuery } from './list-query.js';

/**
 * For lists that are always answered whole: refuses every query member, as other lists refuse those they do not know. A filter
 * that is silently ignored shows more than was asked for. @throws AppError `validation_failed`.
 */
export const NoQuery = createParamDecorator((_data: unknown, host: ExecutionContext): null => {
  new ListQuery(host.switchToHttp().getRequest<GatewayRequest>().query).done();
  return null;
});
