import { ResourceServerModule } from '#resource-server';
import { Logger, Module } from '@nestjs/common';
import { InvoicesController } from './invoices.controller.js';

/** ISSUER: the realm whose tokens are taken. AUDIENCE: the `client_id` of this API. Without them it does not start. */
@Module({
  imports: [
    ResourceServerModule.registerAsync({
      useFactory: () => {
        const logger = new Logger('access');
        return {
          issuer: process.env['ISSUER'] ?? '',
          audience: process.env['AUDIENCE'] ?? '',
          onRefusal: ({ code, reason }) => {
            logger.warn(`${code}: ${reason}`);
          },
        };
      },
    }),
  ],
  controllers: [InvoicesController],
})
export class AppModule {}
