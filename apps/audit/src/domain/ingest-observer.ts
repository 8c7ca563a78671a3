import type { AppendResult } from './audit-log.js';

/** Is told what ingest does, for the operator's eyes. Also the dependency-injection token. */
export abstract class IngestObserver {
  /** A batch is stored. `oldest` is the time of its oldest event, null without events. */
  abstract stored(result: AppendResult & { readonly oldest: Date | null }): void;
  /** A payload was set aside. */
  abstract setAside(error: string, digest: string): void;
}
