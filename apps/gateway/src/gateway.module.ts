import { Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessGuard } from './access/access.guard.js';
import { AccessDenials } from './access/denials/access-denials.js';
import { ServiceAccountSwitch } from './administration/service-account-switch.js';
import { GatewaySettings } from './config.js';
import { GATEWAY_CONTROLLERS } from './controllers.js';
import { Drain } from './http/drain.js';
import { UnreadableTokenRequests } from './http/unreadable-token-requests.js';
import { ApiDocument } from './openapi/api-document.js';
import { openApiDocument } from './openapi/document.js';
import { OpenStreams } from './streaming/open-streams.js';

/** The composition root of the gateway. */
@Module({
  controllers: [...GATEWAY_CONTROLLERS],
  providers: [
    Drain,
    OpenStreams,
    ServiceAccountSwitch,
    AccessDenials,
    UnreadableTokenRequests,
    { provide: APP_GUARD, useClass: AccessGuard },
    {
      provide: ApiDocument,
      useFactory: ({ publicUrl }: GatewaySettings) => new ApiDocument(openApiDocument(publicUrl)),
      inject: [GatewaySettings],
    },
  ],
})
export class GatewayModule {}
