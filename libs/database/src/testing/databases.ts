import { createTestDatabase } from '#testing';
import { EmbeddedDatabase } from '../embedded/embedded-database.js';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** An empty database and what removes it. */
export interface EmptyDatabase {
  readonly url: string;
  remove(): Promise<void>;
}

async function onServer(): Promise<EmptyDatabase> {
  const database = await createTestDatabase();
  return { url: database.url, remove: () => database.drop() };
}

async function embedded(): Promise<EmptyDatabase> {
  const folder = mkdtempSync(join(tmpdir(), 'chancery-database-'));
  const database = await EmbeddedDatabase.start(folder);
  return {
    url: database.url,
    async remove() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The databases that everything in this library has to run on. */
export const DATABASES = [
  { name: 'PostgreSQL', open: onServer },
  { name: 'the embedded database', open: embedded },
] as const;
