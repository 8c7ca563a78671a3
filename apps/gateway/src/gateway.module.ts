import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access/access.guard.js';
import { GATEWAY_CONTROLLERS } from './controllers.js';
import { Drain } from './http/drain.js';

/** The composition root of the gateway. */
@Module({
  controllers: [...GATEWAY_CONTROLLERS],
  providers: [Drain, { provide: APP_GUARD, useClass: AccessGuard }],
})
export class GatewayModule {}
