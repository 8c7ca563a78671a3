import type { ServiceDescription } from '#host';
import { GatewaySettings } from './config.js';
import { GatewayModule } from './gateway.module.js';
import { configureHttp } from './http/configure-http.js';
import { createHttpAdapter } from './http/http-adapter.js';

/** The gateway: the only public door. It owns no data. */
export const gatewayService: ServiceDescription<GatewaySettings> = {
  name: 'gateway',
  module: GatewayModule,
  settings: GatewaySettings,
  database: null,
  http: {
    createAdapter: createHttpAdapter,
    configure: configureHttp,
    address: (settings) => ({ host: settings.httpHost, port: settings.httpPort }),
  },
};
