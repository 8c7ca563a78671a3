import {
  EvaluateBearer,
  type AuditEvent,
  type BuiltInPermissionName,
  type DurableEventContract,
  type EventOf,
  type Principal,
} from '#contracts';
import { requireCatalogued } from '#audit-trail';
import { AppError } from '#errors';
import { Clock, SystemClock } from '#host';
import { DurablePublisher, MessageClient } from '#messaging';
import { Logger, Readiness } from '#observability';
import { Global, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { GatewaySettings } from '../config.js';
import { GatewayModule } from '../gateway.module.js';
import { configureHttp } from '../http/configure-http.js';
import { Drain } from '../http/drain.js';
import { createHttpAdapter } from '../http/http-adapter.js';
import { FakeMessageClient } from './fake-message-client.js';
import { RecordingLogger } from './recording-logger.js';
import { REALM, SUBJECT_ID } from './samples.js';

type Inject = NestFastifyApplication['inject'];

/** A gateway that runs in a test, with everything behind it faked. */
export interface TestGateway {
  readonly app: NestFastifyApplication;
  readonly bus: FakeMessageClient;
  readonly log: RecordingLogger;
  readonly audit: RecordingPublisher;
  readonly readiness: Readiness;
  readonly inject: Inject;
  /** Listens on a free port of the loopback; returns its URL. */
  listen(): Promise<string>;
  close(): Promise<void>;
}

/** Keeps what was recorded. */
export class RecordingPublisher extends DurablePublisher {
  readonly events: AuditEvent[] = [];
  failure: AppError | null = null;

  override publish<E extends DurableEventContract>(_contract: E, event: EventOf<E>): Promise<void> {
    if (this.failure !== null) return Promise.reject(this.failure);
    requireCatalogued(event as AuditEvent);
    this.events.push(event as AuditEvent);
    return Promise.resolve();
  }
}

/** Starts a gateway; `settings` override the defaults, `controllers` are added to its own. */
export async function startGateway(
  options: { settings?: Partial<GatewaySettings>; controllers?: Type<object>[] } = {},
): Promise<TestGateway> {
  const settings = Object.assign(new GatewaySettings(), {
    publicUrl: 'http://localhost:8080',
    httpHost: '127.0.0.1',
    httpPort: 0,
    trustedProxies: '',
    maxInFlight: 1_000,
    ...options.settings,
  });
  const bus = new FakeMessageClient();
  const log = new RecordingLogger();
  const audit = new RecordingPublisher();
  const readiness = new Readiness();
  const values = [
    { provide: MessageClient, useValue: bus },
    { provide: DurablePublisher, useValue: audit },
    { provide: Clock, useValue: new SystemClock() },
    { provide: Logger, useValue: log },
    { provide: Readiness, useValue: readiness },
    { provide: GatewaySettings, useValue: settings },
  ];

  @Global()
  @Module({ providers: values, exports: values.map(({ provide }) => provide) })
  class TestPlatformModule {}

  @Module({ imports: [TestPlatformModule, GatewayModule], controllers: options.controllers ?? [] })
  class TestModule {}

  const app = await NestFactory.create<NestFastifyApplication>(TestModule, createHttpAdapter(settings), {
    logger: false,
    abortOnError: false,
  });
  configureHttp(app, settings);
  // Tests leave connections open behind them; those about leaving set their own window.
  app.get(Drain).windowMs = 0;
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return {
    app,
    bus,
    log,
    audit,
    readiness,
    inject: app.inject.bind(app),
    listen: async () => {
      await app.listen(0, '127.0.0.1');
      return app.getUrl();
    },
    close: () => app.close(),
  };
}

/**
 * Lets bearers in whose token says who they are: `<realm>:<permission>,<permission>` in base64url. Knows one realm, `REALM`.
 */
export function acceptBearers(bus: FakeMessageClient): void {
  bus.on(EvaluateBearer, ({ token, targetRealm }) => {
    const [realm = '', permissions = ''] = Buffer.from(token, 'base64url').toString().split(':');
    if (realm !== 'master' && realm !== REALM.name)
      throw new AppError('invalid_token', { detail: 'The token is "bad".' });
    if (targetRealm !== null && realm !== 'master' && realm !== targetRealm) throw new AppError('invalid_token');
    const principal: Principal = {
      realm,
      realmId: REALM.id,
      subjectId: SUBJECT_ID,
      kind: 'user',
      username: 'ada',
      clientId: 'admin-cli',
      jti: 'j1',
      permissions: permissions === '' ? [] : permissions.split(','),
    };
    const known = targetRealm === REALM.name || targetRealm === 'master';
    return { principal, targetRealm: known ? { id: REALM.id, name: targetRealm } : null };
  });
}

/** The header of such a bearer. */
export function bearer(realm: string, ...permissions: readonly BuiltInPermissionName[]): { authorization: string } {
  return { authorization: `Bearer ${Buffer.from(`${realm}:${permissions.join(',')}`).toString('base64url')}` };
}
