import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Administrator, AuditEventBody, Page } from '../../e2e/support/administrator.js';
import { answerOrNone, isNoAnswer } from './no-answer.js';
import { untilDone } from './until-done.js';

const CLI = join(import.meta.dirname, '../../../dist/scripts/chancery.js');
const BETWEEN_CHECKPOINTS_MS = 2_000;
const run = promisify(execFile);

/** An event as the export holds it. */
export type ExportedEvent = Pick<AuditEventBody, 'id' | 'type' | 'client_id' | 'jti'> &
  Readonly<Record<string, unknown>>;

/**
 * Somebody who trusts nobody: has the log's key from before, keeps checkpoints, and verifies the whole log with the program that
 * needs nothing else.
 */
export class Auditor {
  private readonly folder = mkdtempSync(join(tmpdir(), 'chancery-auditor-'));
  private readonly kept: string[] = [];

  private constructor(
    /** Whose token is used; when much time has passed it has to be another. */
    public admin: Administrator,
    readonly realm: string,
    private readonly keys: readonly string[],
    private readonly bases: readonly string[],
  ) {}

  /** Begins with the keys and a first checkpoint. */
  static async of(admin: Administrator, realm: string, bases: readonly string[]): Promise<Auditor> {
    const { data } = await admin.done<Page<{ verifier_key: string }>>('GET', `/realms/${realm}/audit/keys`);
    const auditor = new Auditor(
      admin,
      realm,
      data.map(({ verifier_key: key }) => key),
      bases,
    );
    auditor.keep((await untilDone(() => admin.ask('GET', `/realms/${realm}/audit/checkpoint`))).text);
    return auditor;
  }

  private get path(): string {
    return `/realms/${this.realm}/audit`;
  }

  /** How many different checkpoints are kept. */
  get checkpoints(): number {
    return this.kept.length;
  }

  /** Keeps the checkpoints that any gateway answers, until it is over. */
  async watch(isOver: () => boolean): Promise<void> {
    for (let turn = 0; !isOver(); turn += 1) {
      const base = this.bases[turn % this.bases.length] ?? '';
      const answer = await answerOrNone(base, () =>
        this.admin.ask('GET', `${this.path}/checkpoint`, undefined, { base }),
      );
      if (!isNoAnswer(answer) && answer.status === 200) this.keep(answer.text);
      await sleep(BETWEEN_CHECKPOINTS_MS);
    }
  }

  /**
   * Fetches the whole log and verifies it offline: with the key, and against every checkpoint that was kept.
   *
   * @param after leaves that many records out, which are taken to be had already.
   * @returns the events in the order of the tree. @throws Error with what the verifier says.
   */
  async verifiedEvents(after = 0): Promise<readonly ExportedEvent[]> {
    const { text } = await untilDone(() => this.admin.ask('GET', `${this.path}/export?after=${String(after)}`));
    const summary = await this.verify(text);
    if (!summary.startsWith('sound: ')) throw new Error(summary);
    return recordsOf(text);
  }

  /** What the verifier says of an export. @throws Error with that when it is not sound. */
  async verify(text: string): Promise<string> {
    const file = join(this.folder, 'export.ndjson');
    writeFileSync(file, text);
    const proof = join(this.folder, 'consistency.json');
    const size = /"kind":"end".*"size":(\d+)/.exec(text)?.[1];
    const [oldest] = this.kept;
    if (size !== undefined && oldest !== undefined) {
      // For the oldest checkpoint, which the export may not pass by.
      const from = oldest.split('\n')[1] ?? '';
      const answer = await untilDone(() => this.admin.ask('GET', `${this.path}/consistency?from=${from}&to=${size}`));
      writeFileSync(proof, answer.text);
    }
    const options = [
      ...this.keys.flatMap((key) => ['--key', key]),
      ...this.kept.flatMap((_note, index) => ['--checkpoint', this.fileOf(index)]),
      ...(size === undefined ? [] : ['--consistency', proof]),
    ];
    return (await run(process.execPath, [CLI, 'audit', 'verify', file, ...options])).stdout;
  }

  /** Removes what was kept. */
  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private keep(note: string): void {
    if (this.kept.includes(note)) return;
    writeFileSync(this.fileOf(this.kept.length), note);
    this.kept.push(note);
  }

  private fileOf(index: number): string {
    return join(this.folder, `checkpoint-${String(index)}.txt`);
  }
}

/** The events of an export's whole lines. */
export function recordsOf(text: string): readonly ExportedEvent[] {
  return text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.includes('"kind":"record"'))
    .map((line) => (JSON.parse(line) as { event: ExportedEvent }).event);
}
