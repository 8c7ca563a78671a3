import { AppError } from '#errors';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { GatewayRequest } from '../http/gateway-request.js';
import type { Access } from './access.js';

/** Gives a handler what the guard found out. A route that forgot its declaration never gets here. */
export const Caller = createParamDecorator((_data: unknown, host: ExecutionContext): Access => {
  const { access } = host.switchToHttp().getRequest<GatewayRequest>();
  if (access === null) throw new AppError('forbidden', { reason: 'no_access' });
  return access;
});
