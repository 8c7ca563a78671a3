import type { ServiceName } from '#contracts';
import type { DatabaseDescription } from '#database';
import type { Type } from '@nestjs/common';

/** What a service says of itself; `startService` makes a running one of it, in either shape. */
export interface ServiceDescription<Settings extends object = object> {
  readonly name: ServiceName;
  /** Root Nest module: the composition root that binds ports to adapters. */
  readonly module: Type<unknown>;
  /** The service's own settings class (see `#config`); its instance is injectable under the class. */
  readonly settings: new () => Settings;
  /** Null for a service that owns no data. */
  readonly database: DatabaseDescription | null;
}
