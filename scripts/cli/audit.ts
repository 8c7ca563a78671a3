import { createReadStream, existsSync, statSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  hashFromBase64,
  parseVerifierKey,
  verifyExport,
  type ConsistencyProof,
  type ExportReport,
  type KeptCheckpoint,
  type VerifierKey,
} from '#transparency';
import { CliError } from './cli-error.js';
import { printable } from './render.js';
import { textOf } from './text-of.js';
import type { Terminal } from './run.js';

const USAGE = `Usage: npx chancery audit verify <export.ndjson> --key <key> [--checkpoint <file>] [--consistency <file>]

Verifies the export of an audit log, offline: every record, the tree over them, the signed checkpoints.

  <export.ndjson>       what GET /realms/{realm}/audit/export answered; - for standard input
  --key <key>           the verifier key of the log (GET …/audit/keys, kept apart from the export) or a file with such keys,
                        one a line; may be given again
  --checkpoint <file>   a checkpoint that was kept: today's log must begin with what it covers; may be given again
  --consistency <file>  the answer of GET …/audit/consistency, for a kept checkpoint that the export does not pass by

Ends with 0 when the export is whole and sound, 2 when it is not, 1 when that cannot be said.`;

/** `chancery audit …`. @returns the exit code: 0 sound, 2 not. @throws CliError when nothing can be said. */
export async function audit(args: readonly string[], terminal: Terminal): Promise<number> {
  const { values, positionals } = parsedArguments(args);
  if (values.help === true) {
    terminal.out.write(`${USAGE}\n`);
    return 0;
  }
  const [command, file, ...more] = positionals;
  if (command !== 'verify' || file === undefined || more.length > 0) throw new CliError(USAGE);
  const keys = (values.key ?? []).flatMap(keysOf);
  if (keys.length === 0) throw new CliError('Say with which key: --key.');
  const proof = values.consistency === undefined ? undefined : proofOf(values.consistency);
  const kept = (values.checkpoint ?? []).map((path): KeptCheckpoint => ({
    note: textOf(path),
    ...(proof === undefined ? {} : { proof }),
  }));
  const verdict = await verified(file, keys, kept);
  if (verdict.ok) {
    terminal.out.write(summary(verdict.report));
    return 0;
  }
  const { kind, line, firstIndex, lastIndex, eventId, message } = verdict.problem;
  const place =
    firstIndex === lastIndex ? `record ${firstIndex ?? '?'}` : `records ${firstIndex ?? '?'} to ${lastIndex ?? '?'}`;
  terminal.error.write(
    `NOT SOUND (${kind})\n  ${printable(message)}\n  line ${line}` +
      `${firstIndex === null ? '' : `, ${place}`}${eventId === null ? '' : `, event ${printable(eventId)}`}\n`,
  );
  return 2;
}

async function verified(file: string, keys: readonly VerifierKey[], kept: readonly KeptCheckpoint[]) {
  try {
    return await verifyExport(chunksOf(file), { keys, kept });
  } catch (error) {
    throw new CliError(`Cannot verify ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Opened only when it is read. */
async function* chunksOf(file: string): AsyncGenerator<Uint8Array> {
  yield* file === '-' ? process.stdin : createReadStream(file);
}

function summary({ origin, firstIndex, size, records, dropped, erased, checkpoints, notes }: ExportReport): string {
  return [
    `sound: ${printable(origin)}`,
    `  records      ${records}${firstIndex === 0 ? '' : ` (from ${firstIndex} on)`}`,
    `  dropped      ${dropped}   past the time they are kept`,
    `  erased       ${erased}   without their personal data`,
    `  checkpoints  ${checkpoints}   the last one of ${size} records`,
    ...notes.map((note) => `  note: ${printable(note)}`),
    '',
  ].join('\n');
}

function keysOf(value: string): readonly VerifierKey[] {
  const isFile = existsSync(value) && statSync(value).isFile();
  const texts = isFile
    ? textOf(value)
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
    : [value];
  return texts.map((text) => {
    try {
      return parseVerifierKey(text.trim());
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CliError(`--key is neither a verifier key nor a file of such keys: ${reason}.`);
    }
  });
}

function proofOf(file: string): ConsistencyProof {
  let value: unknown;
  try {
    value = JSON.parse(textOf(file));
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`${file} is not JSON.`);
  }
  const data = memberOf(value, 'data');
  const [size1, size2, path] = ['tree_size_1', 'tree_size_2', 'consistency_path'].map((name) => memberOf(data, name));
  const hashes = Array.isArray(path)
    ? path.map((text) => (typeof text === 'string' ? hashFromBase64(text) : null))
    : [null];
  const sound = hashes.filter((hash) => hash !== null);
  if (typeof size1 !== 'number' || typeof size2 !== 'number' || sound.length !== hashes.length) {
    throw new CliError(`${file} is no consistency proof.`);
  }
  return { size1, size2, path: sound };
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;
}

function parsedArguments(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        key: { type: 'string', multiple: true },
        checkpoint: { type: 'string', multiple: true },
        consistency: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new CliError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`);
  }
}
