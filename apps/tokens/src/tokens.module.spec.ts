import { SnapshotReader, SnapshotWriter } from '#cache';
import { ALL_CALLS, type CallContract } from '#contracts';
import { Outbox } from '#database';
import { Clock } from '#host';
import { DurablePublisher, MessageClient } from '#messaging';
import { Logger } from '#observability';
import { describe, expect, it } from '@jest/globals';
import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { TokensSettings } from './config.js';
import { World } from './testing/world.js';
import { TokensModule } from './tokens.module.js';
import { DiscoveryController } from './transport/discovery.controller.js';
import { SigningKeyController } from './transport/signing-key.controller.js';
import { TokenController } from './transport/token.controller.js';

const world = new World();
const provided = [
  { provide: SnapshotReader, useValue: world.snapshots },
  { provide: SnapshotWriter, useValue: world.writer },
  { provide: MessageClient, useValue: world.messages },
  { provide: DurablePublisher, useValue: world.audit },
  { provide: Outbox, useValue: world.outbox },
  { provide: Logger, useValue: world.logger },
  { provide: Clock, useValue: world.clock },
  { provide: DataSource, useValue: {} },
  {
    provide: TokensSettings,
    useValue: Object.assign(new TokensSettings(), {
      publicUrl: 'https://id.example',
      masterKey: randomBytes(32).toString('base64'),
      accessTokenWarnBytes: 4_096,
      accessTokenMaxBytes: 8_192,
    }),
  },
];

@Global()
@Module({ providers: provided, exports: provided.map(({ provide }) => provide) })
class PlatformStandIn {}

describe('TokensModule', () => {
  it('binds every port', async () => {
    const module = await Test.createTestingModule({ imports: [PlatformStandIn, TokensModule] }).compile();
    const metadata = await module.get(DiscoveryController).metadata({ realm: 'acme' }, world.context());
    expect(JSON.parse(metadata.body)).toMatchObject({ issuer: 'https://id.example/realms/acme' });
    await module.close();
  });

  it('answers every call that is addressed to tokens', () => {
    const handled = [TokenController, DiscoveryController, SigningKeyController].flatMap(({ prototype }) =>
      Object.getOwnPropertyNames(prototype).flatMap((name) => {
        const method: unknown = Object.getOwnPropertyDescriptor(prototype, name)?.value;
        const patterns: unknown =
          typeof method === 'function' ? Reflect.getMetadata('microservices:pattern', method) : [];
        return Array.isArray(patterns) ? patterns.map(String) : [];
      }),
    );
    const addressed = ALL_CALLS.filter((call: CallContract) => call.service === 'tokens').map(({ subject }) => subject);
    expect(handled.toSorted()).toEqual(addressed.toSorted());
  });
});
