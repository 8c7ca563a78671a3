const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** Far beyond any token; keeps a hostile one from exhausting the stack. */
const MAX_DEPTH = 32;

/**
 * Parses a JSON object whose members are unique at every depth (RFC 7515 §4, RFC 7519 §4: names within a header or claims set must
 * be unique). `JSON.parse` takes the last of two; another reader of the same token may take the first, and they would disagree.
 *
 * @throws SyntaxError for anything else.
 */
export function parseStrictJsonObject(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch {
    throw new SyntaxError('not UTF-8');
  }
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new SyntaxError('not a JSON object');
  requireUniqueMembers(text);
  return value as Readonly<Record<string, unknown>>;
}

/** One walk over text that `JSON.parse` has accepted, so its grammar needs no second look. */
function requireUniqueMembers(text: string): void {
  const open: (Set<string> | null)[] = [];
  let position = 0;
  let nameExpected = false;
  while (position < text.length) {
    switch (text.charAt(position)) {
      case '{':
      case '[':
        open.push(text[position] === '{' ? new Set() : null);
        if (open.length > MAX_DEPTH) throw new SyntaxError('nested too deeply');
        nameExpected = text[position] === '{';
        position += 1;
        break;
      case '}':
      case ']':
        open.pop();
        nameExpected = false;
        position += 1;
        break;
      case ',':
        nameExpected = open.at(-1) instanceof Set;
        position += 1;
        break;
      case '"': {
        const end = endOfString(text, position);
        const names = open.at(-1);
        if (nameExpected && names instanceof Set) {
          // Parsed, because "a" and "\u0061" are the same name.
          const name = JSON.parse(text.slice(position, end)) as string;
          if (names.has(name)) throw new SyntaxError('a member occurs twice');
          names.add(name);
          nameExpected = false;
        }
        position = end;
        break;
      }
      default:
        position += 1;
    }
  }
}

function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (text[position] !== '"') position += text[position] === '\\' ? 2 : 1;
  return position + 1;
}
