import { configurationProblems, type RealmConfiguration } from '#contracts';
import { isNode, LineCounter, parseDocument, type Document } from 'yaml';
import { CliError } from './cli-error.js';

/** A configuration as it was read, and where in the file each part of it stands. */
export interface ReadConfiguration {
  readonly configuration: RealmConfiguration;
  /** `file:line:column` of the nearest thing that the JSON pointer leads to. */
  locate(pointer: string): string;
}

/** Reads a configuration in YAML (or JSON, which is YAML). @throws CliError naming every place that is wrong. */
export function readConfiguration(text: string, file: string): ReadConfiguration {
  const lines = new LineCounter();
  // Aliases are not expanded without bound: a file of a few lines must not become a document of gigabytes.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    throw new CliError(document.errors.map((error) => `${place(error.pos[0])}: ${error.message}`).join('\n'));
  }
  const locate = (pointer: string): string => place(offsetOf(document, pointer));
  const value = valueOf(document, file);
  const problems = configurationProblems(value);
  if (problems.length > 0) throw new CliError(problems.map((problem) => located(problem, locate)).join('\n'));
  return { configuration: value as RealmConfiguration, locate };
}

/** A problem as editors and terminals understand it. */
export function located(
  { pointer, message }: { readonly pointer: string; readonly message: string },
  locate: (pointer: string) => string,
): string {
  return `${locate(pointer)}: ${pointer === '' ? 'the configuration' : pointer} ${message}`;
}

function valueOf(document: Document.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new CliError(`${file}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
}

/** What is missing has no place of its own: then that of what should have it. */
function offsetOf(document: Document.Parsed, pointer: string): number {
  const path = pointer
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((part) => (/^\d+$/.test(part) ? Number(part) : part));
  for (let length = path.length; length >= 0; length -= 1) {
    const node: unknown = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return 0;
}
