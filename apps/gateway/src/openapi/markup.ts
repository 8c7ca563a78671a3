/** Markup that is safe to show. */
export interface Html {
  readonly safe: string;
}

type Part = string | Html | readonly (string | Html)[];

/** Builds markup; every part that is not markup itself is escaped. */
export function markup(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { safe: String.raw({ raw: strings }, ...parts.map((part) => [part].flat().map(escaped).join(''))) };
}

/** A description of the document, with what stands between backticks as code; what is no text is nothing. */
export function prose(value: unknown): Html {
  const pieces = typeof value === 'string' ? value.split('`') : [];
  return markup`${pieces.map((piece, index) => (index % 2 === 0 ? piece : markup`<code>${piece}</code>`))}`;
}

function escaped(part: string | Html): string {
  if (typeof part !== 'string') return part.safe;
  return part
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
