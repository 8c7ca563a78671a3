/** Markup that is safe to show. */
export interface Html {
  readonly safe: string;
}

type Part = string | Html | readonly (string | Html)[];

/** Builds markup; every part that is not markup itself is escaped. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { safe: String.raw({ raw: strings }, ...parts.map((part) => [part].flat().map(escaped).join(''))) };
}

/** A value of the document as text; what is no text or number is nothing. */
export function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
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
