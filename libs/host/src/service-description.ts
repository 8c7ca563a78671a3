import type { ServiceName } from '#contracts';
import type { DatabaseDescription } from '#database';
import type { INestApplication, Type } from '@nestjs/common';
import type { AbstractHttpAdapter } from '@nestjs/core';

/** What a service that serves HTTP adds to its description; the host makes an HTTP application of it. */
export interface HttpDescription<Settings extends object = object> {
  /** The adapter, with limits and body parsing already set. */
  createAdapter(settings: Settings): AbstractHttpAdapter;
  /** Sets hooks and error handling; called before the application listens. */
  configure(app: INestApplication, settings: Settings): void | Promise<void>;
  /** Where to listen. */
  address(settings: Settings): { readonly host: string; readonly port: number };
}

/** What a service says of itself; `startService` makes a running one of it, in either shape. */
export interface ServiceDescription<Settings extends object = object> {
  readonly name: ServiceName;
  /** Root Nest module: the composition root that binds ports to adapters. */
  readonly module: Type<unknown>;
  /** The service's own settings class (see `#config`); its instance is injectable under the class. */
  readonly settings: new () => Settings;
  /** Null for a service that owns no data. */
  readonly database: DatabaseDescription | null;
  /** Only for a service that serves HTTP instead of the bus (the gateway). */
  readonly http?: HttpDescription<Settings>;
}
