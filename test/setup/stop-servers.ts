import type { RunningServers } from './start-servers.js';

/** Ends what `start-servers.ts` started. */
// eslint-disable-next-line no-restricted-syntax -- Jest calls the default export of a global teardown.
export default async function stopServers(): Promise<void> {
  await Promise.all(((globalThis as RunningServers).servers ?? []).map((server) => server.stop()));
}
