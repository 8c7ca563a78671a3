export * from './verify.js';
export { AccessTokenGuard } from './nest/access-token.guard.js';
export {
  AccessToken,
  CurrentClient,
  CurrentSubject,
  Public,
  RequirePermissions,
  RequireRealmRoles,
  RequireRoles,
} from './nest/decorators.js';
export {
  ResourceServerModule,
  type GuardOptions,
  type ResourceServerAsyncOptions,
} from './nest/resource-server.module.js';
