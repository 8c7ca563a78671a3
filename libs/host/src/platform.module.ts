import { Global, Module, type DynamicModule, type InjectionToken } from '@nestjs/common';

/** What every service may inject, made once for each service by `startService`. */
@Global()
@Module({})
export class PlatformModule {
  static with(provided: readonly { readonly provide: InjectionToken; readonly useValue: unknown }[]): DynamicModule {
    return {
      module: PlatformModule,
      providers: [...provided],
      exports: provided.map(({ provide }) => provide),
    };
  }
}
