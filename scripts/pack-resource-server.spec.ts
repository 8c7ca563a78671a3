import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const root = join(import.meta.dirname, '..');

/** Verifies a token it has signed itself; refuses one of another audience; refuses to start without an audience. */
const PLAIN = `
import { createAccessTokenVerifier, AccessTokenError } from '@chancery/nest/verify';
import { generateKeyPair, exportJWK, SignJWT } from 'jose';
const { publicKey, privateKey } = await generateKeyPair('ES256');
const keys = [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }];
const issuer = { issuer: 'https://id.example.org/realms/acme', jwksUri: 'https://id.example.org/keys' };
const verifier = createAccessTokenVerifier({ issuer, audience: 'billing', fetch: async () => Response.json({ keys }) });
const sign = (aud) => new SignJWT({ client_id: 'shop', permissions: ['read'] })
  .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid: 'k' }).setIssuer(issuer.issuer).setAudience(aud)
  .setSubject('s').setJti('j').setIssuedAt().setExpirationTime('1m').sign(privateKey);
const { permissions } = await verifier.verify(await sign('billing'));
const refused = await verifier.verify(await sign('other')).catch((error) => error);
let start = 'started';
try { createAccessTokenVerifier({ issuer }); } catch (error) { start = error.message; }
console.log(JSON.stringify({ permissions, refused: refused instanceof AccessTokenError && refused.reason, start }));
`;

const TYPED = `
import { Controller, Get, Module } from '@nestjs/common';
import { AccessToken, CurrentClient, RequirePermissions, ResourceServerModule, type VerifiedAccessToken } from '@chancery/nest';
import { accessTokenHook, createAccessTokenVerifier, requireAccessToken } from '@chancery/nest/verify';
import express from 'express';
import { fastify } from 'fastify';

@Controller()
class Invoices {
  @Get()
  @RequirePermissions('invoices:read')
  list(@CurrentClient() client: string, @AccessToken() token: VerifiedAccessToken): readonly string[] {
    return [client, ...token.permissions];
  }
}
@Module({
  imports: [ResourceServerModule.register({ issuer: 'https://id.example.org/realms/acme', audience: 'billing' })],
  controllers: [Invoices],
})
export class App {}
const verifier = createAccessTokenVerifier({ issuer: 'https://id.example.org/realms/acme', audience: 'billing' });
express().get('/', requireAccessToken(verifier, { permissions: ['read'] }), (_request, response) => { response.end(); });
fastify().get('/', { onRequest: accessTokenHook(verifier) }, () => 'ok');
// @ts-expect-error without an audience there is no verifier
createAccessTokenVerifier({ issuer: 'https://id.example.org/realms/acme' });
`;

describe('the package @chancery/nest', () => {
  let folder: string;
  let installed: string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chancery-pack-'));
    const tarball = execFileSync(process.execPath, [join(root, 'scripts/pack-resource-server.mjs'), folder], {
      encoding: 'utf8',
      timeout: 90_000,
    }).trim();
    installed = join(folder, 'app', 'node_modules', '@chancery', 'nest');
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', tarball, '-C', installed, '--strip-components=1']);
    link('jose');
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Stands in for npm, which would have to ask a registry. */
  function link(name: string): void {
    const path = join(folder, 'app', 'node_modules', name);
    if (existsSync(path)) return;
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), path);
  }
  const node = (program: string): unknown => {
    writeFileSync(join(folder, 'app', 'program.mjs'), program);
    const output = execFileSync(process.execPath, ['program.mjs'], { cwd: join(folder, 'app'), encoding: 'utf8' });
    return JSON.parse(output) as unknown;
  };

  it('holds what is published and nothing else', () => {
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
    const files = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(files.filter((file) => /spec|testing/.test(file))).toEqual([]);
    const text = files
      .filter((file) => /\.(js|d\.ts)$/.test(file))
      .map((file) => readFileSync(join(installed, 'dist', file)));
    // Nothing of this repository that is not in the package.
    expect(text.filter((file) => /from '#/.test(file.toString()))).toEqual([]);
  });

  it('works without Nest, by @chancery/nest/verify', () => {
    expect(existsSync(join(folder, 'app', 'node_modules', '@nestjs'))).toBe(false);
    expect(node(PLAIN)).toEqual({
      permissions: ['read'],
      refused: 'wrong_audience',
      start: 'audience is missing.',
    });
  });

  it('works with Nest, by @chancery/nest', () => {
    for (const name of ['@nestjs/common', '@nestjs/core', 'reflect-metadata']) link(name);
    const program = `
      import 'reflect-metadata';
      import * as nest from '@chancery/nest';
      console.log(JSON.stringify(Object.keys(nest)));`;
    expect(node(program)).toEqual(
      expect.arrayContaining(['AccessTokenGuard', 'ResourceServerModule', 'RequirePermissions']),
    );
  });

  it('has types that a strict program compiles with', () => {
    for (const name of ['@nestjs/common', '@types', 'express', 'fastify', 'rxjs']) link(name);
    const app = join(folder, 'app');
    writeFileSync(join(app, 'app.ts'), TYPED);
    writeFileSync(join(app, 'package.json'), '{"type":"module"}');
    const options = ['--strict', '--noEmit', '--skipLibCheck', '--experimentalDecorators', '--emitDecoratorMetadata'];
    const target = ['--target', 'es2022', '--module', 'nodenext', '--types', 'node', '--exactOptionalPropertyTypes'];
    const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
    expect(() =>
      execFileSync(process.execPath, [tsc, ...options, ...target, 'app.ts'], {
        cwd: app,
        encoding: 'utf8',
        stdio: 'pipe',
      }),
    ).not.toThrow();
  }, 90_000);
});
