import { Global, Module, type DynamicModule, type Provider } from '@nestjs/common';

/** What every service may inject, made once for each service by `startService`. */
@Global()
@Module({})
export class PlatformModule {
  static with(
    providers: readonly { readonly provide: NonNullable<Provider>; readonly useValue: unknown }[],
  ): DynamicModule {
    return {
      module: PlatformModule,
      providers: providers as unknown as Provider[],
      exports: providers.map(({ provide }) => provide) as never[],
    };
  }
}
