import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata, type Provider } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { AccessTokenVerifier } from '../verification/access-token-verifier.js';
import type { AccessTokenVerifierOptions } from '../verification/options.js';
import { AccessTokenGuard } from './access-token.guard.js';

/** Whether the guard stands before every route of the application (default), or only where `@UseGuards(AccessTokenGuard)` says. */
export interface GuardOptions {
  readonly guardEverything?: boolean;
}

/** Options of `registerAsync`. */
export interface ResourceServerAsyncOptions extends GuardOptions, Pick<ModuleMetadata, 'imports'> {
  readonly inject?: FactoryProvider['inject'];
  /** Makes the options of what is injected. */
  readonly useFactory: (...injected: never[]) => AccessTokenVerifierOptions | Promise<AccessTokenVerifierOptions>;
}

/** Makes a Nest application a resource server: every route needs a good access token, unless it is `@Public()`. */
@Module({})
export class ResourceServerModule {
  /** @throws TypeError that names the option that is missing or wrong: the application does not start. */
  static register(options: AccessTokenVerifierOptions & GuardOptions): DynamicModule {
    const { guardEverything, ...verification } = options;
    return moduleOf({ provide: AccessTokenVerifier, useValue: new AccessTokenVerifier(verification) }, guardEverything);
  }

  /** As `register`, with options that other providers know. Wrong ones end the start of the application. */
  static registerAsync({ imports, inject, useFactory, guardEverything }: ResourceServerAsyncOptions): DynamicModule {
    const make = useFactory as (...injected: unknown[]) => ReturnType<typeof useFactory>;
    const verifier: FactoryProvider = {
      provide: AccessTokenVerifier,
      inject: inject ?? [],
      useFactory: async (...injected: unknown[]) => new AccessTokenVerifier(await make(...injected)),
    };
    return { ...moduleOf(verifier, guardEverything), imports: imports ?? [] };
  }
}

function moduleOf(verifier: Provider, guardEverything = true): DynamicModule {
  const everywhere: Provider[] = guardEverything ? [{ provide: APP_GUARD, useExisting: AccessTokenGuard }] : [];
  return {
    module: ResourceServerModule,
    global: true,
    providers: [verifier, AccessTokenGuard, ...everywhere],
    exports: [AccessTokenVerifier, AccessTokenGuard],
  };
}
