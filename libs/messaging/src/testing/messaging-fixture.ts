import type { INestMicroservice } from '@nestjs/common';
import { newCallContext, type CallContext } from '../call-context.js';
import { ContractMessageClient } from '../client/contract-message-client.js';
import type { ContractServerOptions } from '../server/contract-server.js';
import type { Transport } from '../transport.js';
import { freshWord, type TransportHarness } from './harness.js';
import { Observed, startTestService, testContracts } from './test-service.js';

/** A context with enough time for anything. */
export function context(options: Partial<Parameters<typeof newCallContext>[0]> = {}): CallContext {
  return newCallContext({ deadlineMs: 20_000, ...options });
}

/** A caller, and services that are started when a test wants them. */
export class MessagingFixture {
  readonly contracts = testContracts(freshWord());
  readonly observed = new Observed();
  readonly client: ContractMessageClient;
  private readonly services: INestMicroservice[] = [];

  private constructor(
    readonly harness: TransportHarness,
    readonly callerTransport: Transport,
  ) {
    this.client = new ContractMessageClient(callerTransport, 'gateway');
  }

  static async open(createHarness: () => Promise<TransportHarness>): Promise<MessagingFixture> {
    const harness = await createHarness();
    return new MessagingFixture(harness, await harness.open('gateway'));
  }

  async start(options: ContractServerOptions = {}, observed = this.observed): Promise<INestMicroservice> {
    const service = await startTestService(await this.harness.open('tokens'), this.contracts, observed, options);
    this.services.push(service);
    return service;
  }

  async close(): Promise<void> {
    await Promise.all(this.services.map((service) => service.close()));
    await this.harness.close();
  }
}
