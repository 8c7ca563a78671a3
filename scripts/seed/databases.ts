import { createDataSource, type DatabaseDescription } from '#database';
import type { DataSource } from 'typeorm';
import { identityDatabase } from '../../apps/identity/src/infrastructure/persistence/database.js';
import { registryDatabase } from '../../apps/registry/src/infrastructure/persistence/database.js';
import { rolesDatabase } from '../../apps/roles/src/infrastructure/persistence/database.js';
import { tokensDatabase } from '../../apps/tokens/src/infrastructure/persistence/database.js';

const DESCRIPTIONS = {
  registry: registryDatabase,
  identity: identityDatabase,
  roles: rolesDatabase,
  tokens: tokensDatabase,
} as const satisfies Readonly<Record<string, DatabaseDescription>>;

/** The databases that a seed writes into. */
export type Databases = Readonly<Record<keyof typeof DESCRIPTIONS, DataSource>> & { close(): Promise<void> };

/** Opens them, all at one URL whose role may write into each schema. */
export async function openDatabases(url: string): Promise<Databases> {
  const opened = Object.entries(DESCRIPTIONS).map(
    ([name, description]) =>
      [name, createDataSource({ url, description, applicationName: `chancery-seed-${name}`, poolSize: 1 })] as const,
  );
  const close = async (): Promise<void> => {
    await Promise.all(opened.map(([, source]) => (source.isInitialized ? source.destroy() : undefined)));
  };
  try {
    for (const [, source] of opened) await source.initialize();
  } catch (error) {
    await close();
    throw error;
  }
  return { ...(Object.fromEntries(opened) as Record<keyof typeof DESCRIPTIONS, DataSource>), close };
}
