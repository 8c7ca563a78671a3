import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Controller, Get, Module, Post, UseGuards, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import type { VerifiedAccessToken } from '../verification/verified-access-token.js';
import type { AccessTokenVerifierOptions } from '../verification/options.js';
import { TestIssuer } from '../testing/test-issuer.js';
import { AccessTokenGuard } from './access-token.guard.js';
import {
  AccessToken,
  CurrentClient,
  CurrentSubject,
  Public,
  RequirePermissions,
  RequireRealmRoles,
  RequireRoles,
} from './decorators.js';
import { ResourceServerModule } from './resource-server.module.js';

@Controller('invoices')
@RequireRoles('reader')
class InvoicesController {
  created = 0;

  @Get()
  @RequirePermissions('invoices:read')
  list(
    @CurrentClient() client: string,
    @CurrentSubject() subject: string,
    @AccessToken() token: VerifiedAccessToken,
  ): object {
    return { client, subject, permissions: token.permissions };
  }
  @Post()
  @RequirePermissions('invoices:write', 'invoices:read')
  create(): object {
    this.created += 1;
    return { created: this.created };
  }
  @Get('public')
  @Public()
  open(@AccessToken() token: VerifiedAccessToken | null, @CurrentClient() client: string | null): object {
    return { token, client };
  }
  @Get('both')
  @Public()
  @RequirePermissions('invoices:write')
  both(): object {
    return {};
  }
}

@Controller('open')
@Public()
class OpenController {
  @Get()
  open(): object {
    return {};
  }
  @Get('closed')
  @RequireRealmRoles('auditor')
  closed(): object {
    return {};
  }
}

@Controller('torn')
@Public()
@RequireRoles('auditor')
class TornController {
  @Get()
  any(): object {
    return {};
  }
}

@Controller('bare')
class BareController {
  @Get()
  any(): object {
    return {};
  }
}

@Controller('guarded')
class GuardedController {
  @Get()
  @UseGuards(AccessTokenGuard)
  guarded(): object {
    return {};
  }
  @Get('not')
  not(): object {
    return {};
  }
}

describe('ResourceServerModule', () => {
  let issuer: TestIssuer;
  const running: INestApplication[] = [];

  beforeAll(async () => {
    issuer = await TestIssuer.create();
  });
  afterAll(async () => {
    await Promise.all(running.map((app) => app.close()));
  });

  async function start(metadata: ModuleMetadata): Promise<NestFastifyApplication> {
    const module = await Test.createTestingModule(metadata).compile();
    const app = module.createNestApplication<NestFastifyApplication>(new FastifyAdapter(), { logger: false });
    running.push(app);
    await app.init();
    return app;
  }
  async function ask(app: NestFastifyApplication, path: string, token?: string, method: 'GET' | 'POST' = 'GET') {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const { statusCode, body, headers: answered } = await app.inject({ method, url: path, headers });
    return { status: statusCode, body: JSON.parse(body) as unknown, headers: answered };
  }
  const token = (changes: Readonly<Record<string, unknown>> = {}) => issuer.token(issuer.claims(changes));

  describe('everywhere', () => {
    let app: NestFastifyApplication;
    beforeAll(async () => {
      app = await start({
        imports: [ResourceServerModule.register(issuer.options())],
        controllers: [InvoicesController, OpenController, TornController, BareController],
      });
    });

    it('gives the handler the client, the subject and the token', async () => {
      expect(await ask(app, '/invoices', await token())).toMatchObject({
        status: 200,
        body: { client: 'shop', subject: '0190a000-0000-7000-8000-000000000001', permissions: ['invoices:read'] },
      });
    });

    it('asks for all that the route and its controller require', async () => {
      expect((await ask(app, '/invoices', await token({ resource_access: {} }))).status).toBe(403);
      expect((await ask(app, '/invoices', await token({ permissions: [] }))).status).toBe(403);
      const refused = await ask(app, '/invoices', await token(), 'POST');
      expect(refused).toMatchObject({ status: 403, body: { error: 'insufficient_scope' } });
      expect(refused.headers['www-authenticate']).toContain('scope="invoices:write invoices:read"');
      const writer = await token({ permissions: ['invoices:read', 'invoices:write'] });
      expect(await ask(app, '/invoices', writer, 'POST')).toMatchObject({ status: 201, body: { created: 1 } });
    });

    it('opens public routes, without looking at tokens', async () => {
      for (const bearer of [undefined, await token(), 'x']) {
        expect(await ask(app, '/invoices/public', bearer)).toMatchObject({
          status: 200,
          body: { token: null, client: null },
        });
        expect((await ask(app, '/open', bearer)).status).toBe(200);
      }
    });

    it('lets the requirement win that stands nearer, or at the same place as @Public()', async () => {
      for (const path of ['/invoices/both', '/open/closed', '/torn']) {
        expect((await ask(app, path)).status).toBe(401);
        expect((await ask(app, path, await token())).status).toBe(403);
      }
      expect((await ask(app, '/open/closed', await token({ realm_access: { roles: ['auditor'] } }))).status).toBe(200);
    });

    it('wants a token where nothing is said', async () => {
      expect((await ask(app, '/bare')).headers['www-authenticate']).toBe('Bearer realm="billing"');
      expect((await ask(app, '/bare', await token({ permissions: [], resource_access: {} }))).status).toBe(200);
      expect(await ask(app, '/bare', await token({ aud: 'other' }))).toMatchObject({
        status: 401,
        body: { error: 'invalid_token', error_description: 'The access token is not valid here.' },
      });
    });
  });

  describe('when keys cannot be had', () => {
    beforeEach(() => {
      issuer.network = () => Promise.reject(new TypeError('fetch failed'));
    });
    afterAll(() => {
      issuer.network = null;
    });

    it('answers 503 with Retry-After', async () => {
      const app = await start({
        imports: [ResourceServerModule.register(issuer.options())],
        controllers: [BareController],
      });
      const answer = await ask(app, '/bare', await token());
      expect(answer).toMatchObject({ status: 503, body: { error: 'temporarily_unavailable' } });
      expect(answer.headers['retry-after']).toBe('1');
    });
  });

  it('stands only where it is put when that is wanted', async () => {
    const app = await start({
      imports: [ResourceServerModule.register({ ...issuer.options(), guardEverything: false })],
      controllers: [GuardedController],
    });
    expect((await ask(app, '/guarded')).status).toBe(401);
    expect((await ask(app, '/guarded', await token())).status).toBe(200);
    expect((await ask(app, '/guarded/not')).status).toBe(200);
  });

  it('takes its options from other providers', async () => {
    const CONFIG = 'config';
    @Module({ providers: [{ provide: CONFIG, useFactory: () => ({ audience: 'orders' }) }], exports: [CONFIG] })
    class ConfigModule {}
    const app = await start({
      imports: [
        ResourceServerModule.registerAsync({
          imports: [ConfigModule],
          inject: [CONFIG],
          useFactory: ({ audience }: { audience: string }) => Promise.resolve(issuer.options({ audience })),
        }),
      ],
      controllers: [BareController],
    });
    expect((await ask(app, '/bare', await token())).status).toBe(401);
    expect((await ask(app, '/bare', await token({ aud: 'orders' }))).status).toBe(200);
  });

  it('does not start without an audience', async () => {
    const options = { ...issuer.options(), audience: undefined } as unknown as AccessTokenVerifierOptions;
    expect(() => ResourceServerModule.register(options)).toThrow('audience is missing');
    const late = ResourceServerModule.registerAsync({ useFactory: () => options });
    await expect(start({ imports: [late] })).rejects.toThrow('audience is missing');
  });

  it('has no decorator that protects nothing', () => {
    expect(() => RequirePermissions()).toThrow('permissions must name at least one');
    expect(() => RequireRoles()).toThrow('roles must name at least one');
    expect(() => RequireRealmRoles('')).toThrow('no token can carry');
    expect(() => RequirePermissions('a b')).toThrow('no token can carry');
  });

  it('is closed to what is no HTTP', async () => {
    const app = await start({ imports: [ResourceServerModule.register(issuer.options())] });
    const guard = app.get(AccessTokenGuard);
    await expect(guard.canActivate({ getType: () => 'rpc' } as never)).resolves.toBe(false);
  });
});
