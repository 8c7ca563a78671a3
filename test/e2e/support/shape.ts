import { jest } from '@jest/globals';

/** A machine that also builds and runs other tests is slow now and then; nothing here waits for a fixed time. */
jest.setTimeout(60_000);

/** The Chancery under test, as a client finds it. */
export interface Shape {
  readonly kind: 'standalone' | 'cluster' | 'external';
  /** One for each gateway; the issuers are made of the first. */
  readonly baseUrls: readonly string[];
  readonly adminUsername: string;
  readonly adminPassword: string;
}

/** The running shape. @throws Error outside a run that `global-setup.ts` has prepared. */
export function shape(): Shape {
  const encoded = process.env['CHANCERY_E2E'];
  if (encoded === undefined) throw new Error('No Chancery runs: support/global-setup.ts must be the globalSetup.');
  return JSON.parse(encoded) as Shape;
}

/** Makes a shape that a test has started itself the one under test in this file. */
export function useShape(started: Shape): void {
  process.env['CHANCERY_E2E'] = JSON.stringify(started);
}

/** The first gateway. */
export function baseUrl(): string {
  const [first] = shape().baseUrls;
  if (first === undefined) throw new Error('The shape has no gateway.');
  return first;
}
