import { configurationProblems, type RealmConfiguration } from '#contracts';
import { isNode, LineCounter, parseDocument, visit, type Document, type YAMLError } from 'yaml';
import { CliError } from './cli-error.js';

const MIB = 1024 * 1024;
/** Well above what the server takes: YAML is a little longer than the JSON it stands for. */
const MAX_BYTES = 16 * MIB;
/** Nobody reads more than this at once. */
const MAX_MISTAKES = 50;

/** A configuration as it was read, and where in the file each part of it stands. */
export interface ReadConfiguration {
  readonly configuration: RealmConfiguration;
  /** `file:line:column` of the nearest thing that the JSON pointer leads to. */
  locate(pointer: string): string;
}

/** Reads a configuration in YAML (or JSON, which is YAML). @throws CliError naming every place that is wrong. */
export function readConfiguration(text: string, file: string): ReadConfiguration {
  if (Buffer.byteLength(text) > MAX_BYTES) throw new CliError(`${file} is larger than ${MAX_BYTES / MIB} MiB.`);
  const lines = new LineCounter();
  // Aliases are not expanded without bound: a file of a few lines must not become a document of gigabytes.
  const document = parsed(text, file, lines);
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  // A tag that nobody knows is only a warning of the parser; here it is a mistake.
  const mistakes = [...document.errors, ...document.warnings].slice(0, MAX_MISTAKES);
  if (mistakes.length > 0) {
    throw new CliError(mistakes.map((mistake) => `${place(mistake.pos[0])}: ${wording(mistake)}`).join('\n'));
  }
  const locate = (pointer: string): string => place(offsetOf(document, pointer));
  const value = valueOf(document, file, place);
  const problems = configurationProblems(value);
  if (problems.length > 0) throw new CliError(problems.map((problem) => located(problem, locate)).join('\n'));
  return { configuration: value as RealmConfiguration, locate };
}

function parsed(text: string, file: string, lineCounter: LineCounter): Document.Parsed {
  try {
    return parseDocument(text, { lineCounter, prettyErrors: false, uniqueKeys: true, stringKeys: true });
  } catch (error) {
    // The parser is recursive.
    if (error instanceof RangeError) throw new CliError(`${file} is nested too deeply.`);
    throw error;
  }
}

/** The parser speaks to programmers where they could have called it in another way. */
function wording({ code, message }: YAMLError): string {
  return code === 'MULTIPLE_DOCS' ? 'another document begins here: a configuration is one' : message;
}

/** A problem as editors and terminals understand it. */
export function located(
  { pointer, message }: { readonly pointer: string; readonly message: string },
  locate: (pointer: string) => string,
): string {
  // The API names the member in its sentence as well.
  const member = pointer.split('/').at(-1) ?? '';
  const sentence = member !== '' && message.startsWith(`${member} `) ? message.slice(member.length + 1) : message;
  return `${locate(pointer)}: ${pointer === '' ? 'the configuration' : pointer} ${sentence}`;
}

function valueOf(document: Document.Parsed, file: string, place: (offset: number) => string): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    if (error instanceof RangeError) throw new CliError(`${file} is nested too deeply.`);
    const message = error instanceof Error ? error.message : 'cannot be read';
    const alias = danglingAlias(document);
    throw new CliError(`${alias === null ? file : place(alias)}: ${message}`);
  }
}

/** Where the first alias stands whose anchor is nowhere before it. */
function danglingAlias(document: Document.Parsed): number | null {
  let offset: number | null = null;
  visit(document, {
    Alias(_key, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = alias.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
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
