import { LONGEST_LINE_BYTES } from './lines.js';

const NEWLINE = 10;

/** A line of a stream, or why it is none. */
export type ReadLine =
  | { readonly number: number; readonly text: string }
  | { readonly number: number; readonly fault: 'too_long' | 'not_utf8' | 'no_newline' };

/** Splits a stream into lines, holding one at a time. Ends with the first line that is none. */
export async function* readLines(
  chunks: AsyncIterable<Uint8Array>,
  longest = LONGEST_LINE_BYTES,
): AsyncGenerator<ReadLine, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = 1;
  let parts: Uint8Array[] = [];
  let held = 0;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      const piece = chunk.subarray(from, at);
      if (held + piece.length > longest) return yield { number, fault: 'too_long' };
      const text = decoded(decoder, parts.length === 0 ? piece : Buffer.concat([...parts, piece]));
      if (text === null) return yield { number, fault: 'not_utf8' };
      yield { number, text };
      number += 1;
      parts = [];
      held = 0;
      from = at + 1;
    }
    if (from < chunk.length) {
      held += chunk.length - from;
      if (held > longest) return yield { number, fault: 'too_long' };
      parts.push(chunk.slice(from));
    }
  }
  if (held > 0) yield { number, fault: 'no_newline' };
}

function decoded(decoder: InstanceType<typeof TextDecoder>, bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}
