import type { RunningShape } from './global-setup.js';

/** Stops what `global-setup.ts` started. */
// eslint-disable-next-line no-restricted-syntax -- Jest calls the default export of a global teardown.
export default async function stopShape(): Promise<void> {
  await (globalThis as RunningShape).stopShape?.();
}
