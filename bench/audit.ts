import { startPostgres } from '#testing';
import { Client } from 'pg';
import { benchIngest } from './audit-ingest.js';
import { benchSearch } from './audit-search.js';

/** What of the log can be measured by itself. */
export const AUDIT_PARTS = ['ingest', 'search', 'proofs'] as const;
export type AuditPart = (typeof AUDIT_PARTS)[number];

export function isAuditPart(name: string): name is AuditPart {
  return (AUDIT_PARTS as readonly string[]).includes(name);
}

/** How the log is measured. */
export interface AuditBenchOptions {
  /** Of the log that is searched; a tenth of it, but 100,000 at most, is what each measurement of ingest takes in. */
  readonly events: number;
  readonly rounds: number;
  readonly searches: number;
  readonly parts: readonly AuditPart[];
}

/** The audit log by itself: what it takes in, and how quickly it answers when it is large. */
export async function benchAudit(options: AuditBenchOptions): Promise<void> {
  const postgres = await startPostgres();
  const databaseUrl = async (name: string): Promise<string> => {
    const client = new Client({ connectionString: postgres.url });
    await client.connect();
    await client.query(`CREATE DATABASE ${name}`);
    await client.end();
    const url = new URL(postgres.url);
    url.pathname = `/${name}`;
    return url.href;
  };
  try {
    const ingested = Math.min(Math.max(Math.floor(options.events / 10), 1_000), 100_000);
    if (options.parts.includes('ingest')) {
      await benchIngest(postgres, databaseUrl, { events: ingested, rounds: options.rounds });
    }
    const [search, proofs] = [options.parts.includes('search'), options.parts.includes('proofs')];
    if (search || proofs) await benchSearch(await databaseUrl('search'), { ...options, search, proofs });
  } finally {
    await postgres.stop();
  }
}
