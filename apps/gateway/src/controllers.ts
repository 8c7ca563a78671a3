import type { Type } from '@nestjs/common';
import { AuditErasuresController } from './administration/audit-erasures.controller.js';
import { AuditHistogramController } from './administration/audit-histogram.controller.js';
import { AuditHistoryController } from './administration/audit-history.controller.js';
import { AuditPoisonController } from './administration/audit-poison.controller.js';
import { AuditRetentionController } from './administration/audit-retention.controller.js';
import { AuditProofsController } from './administration/audit-proofs.controller.js';
import { AuditController } from './administration/audit.controller.js';
import { ClientSecretsController } from './administration/client-secrets.controller.js';
import {
  PostLogoutRedirectUrisController,
  RedirectUrisController,
  WebOriginsController,
} from './administration/client-uris.controllers.js';
import { ClientRolesController } from './administration/client-roles.controller.js';
import { ClientsController } from './administration/clients.controller.js';
import { ConfigurationController } from './administration/configuration.controller.js';
import { KeysController } from './administration/keys.controller.js';
import { ClientPermissionsController, PermissionsController } from './administration/permissions.controller.js';
import { RealmsController } from './administration/realms.controller.js';
import { RolesController } from './administration/roles.controller.js';
import { UserAccountsController } from './administration/user-accounts.controller.js';
import { UsersController } from './administration/users.controller.js';
import { HealthController } from './health/health.controller.js';
import { OpenApiController } from './openapi/openapi.controller.js';
import { MetadataController } from './protocol/metadata.controller.js';
import { TokenController } from './protocol/token.controller.js';
import { AuditExportController } from './administration/audit-export.controller.js';
import { AuditTailController } from './administration/audit-tail.controller.js';
import { WebhooksController } from './administration/webhooks.controller.js';

/** Every controller of the gateway. */
export const GATEWAY_CONTROLLERS: readonly Type<object>[] = [
  HealthController,
  OpenApiController,
  TokenController,
  MetadataController,
  RealmsController,
  ClientsController,
  ClientSecretsController,
  RedirectUrisController,
  PostLogoutRedirectUrisController,
  WebOriginsController,
  UserAccountsController,
  UsersController,
  RolesController,
  PermissionsController,
  ClientPermissionsController,
  ClientRolesController,
  AuditController,
  AuditHistogramController,
  AuditHistoryController,
  AuditPoisonController,
  AuditRetentionController,
  AuditErasuresController,
  AuditProofsController,
  AuditExportController,
  AuditTailController,
  WebhooksController,
  KeysController,
  ConfigurationController,
];
