/** Stands between the parts of a searchable text, so that no search matches across two of them. */
const BETWEEN = '\u0001';

/** Lengths of the pieces of text that an index holds. */
const PIECE_LENGTHS = [1, 2, 3] as const;
const LONGEST_PIECE = 3;
/** More pieces of a search narrow it no further, and each costs. */
const MAX_SEARCHED_PIECES = 8;

/**
 * What searches without case compare: one encoding, one case. Made here, because `lower()` of a database depends on its locale, and
 * that of the embedded one differs from others. Upper case first, so that all forms of a letter meet (`ς` and `σ`, `ß` and `SS`).
 */
export function foldedText(text: string): string {
  return Array.from(text.normalize('NFC'), (letter) => letter.toUpperCase().toLowerCase()).join('');
}

/** The column `search_text` of a row that is found by any part of some texts. */
export function searchTextOf(...texts: readonly (string | null)[]): string {
  return texts
    .filter((text) => text !== null)
    .map(foldedText)
    .join(BETWEEN);
}

/**
 * The column `search_keys` of a row: a number for each piece of one to three letters. A GIN index over it finds any part of a text
 * in every database, without an extension, and knows the realm too, because the numbers of another realm are others.
 */
export function searchKeysOf(realmId: string, searchText: string): number[] {
  const seed = hashed(realmId, 0x811c9dc5);
  const keys = new Set<number>();
  for (const part of searchText.split(BETWEEN)) {
    const letters = Array.from(part);
    for (const length of PIECE_LENGTHS) {
      for (let start = 0; start + length <= letters.length; start += 1) {
        keys.add(hashed(letters.slice(start, start + length).join(''), seed));
      }
    }
  }
  return [...keys];
}

/** What a search asks of both columns. */
export interface TextSearch {
  /** `position(:text IN search_text) > 0` decides. */
  readonly text: string;
  /** `search_keys @> :keys` finds the candidates: every row that matches has them all. */
  readonly keys: readonly number[];
}

/** A search of a realm's rows for any part of their texts; null when nothing can match. */
export function textSearchOf(realmId: string, search: string): TextSearch | null {
  const text = foldedText(search);
  // PostgreSQL's text holds no U+0000 and no half of a pair, and no text that is searched holds the mark.
  if (text.includes('\0') || text.includes(BETWEEN) || !text.isWellFormed()) return null;
  const letters = Array.from(text);
  const length = Math.min(letters.length, LONGEST_PIECE);
  const pieces = letters.length - length + 1;
  const seed = hashed(realmId, 0x811c9dc5);
  const step = Math.max(1, (pieces - 1) / (MAX_SEARCHED_PIECES - 1));
  const keys = new Set<number>();
  for (let at = 0; at <= pieces - 1; at += step) {
    const start = Math.round(at);
    keys.add(hashed(letters.slice(start, start + length).join(''), seed));
  }
  return { text, keys: [...keys] };
}

/** FNV-1a over UTF-16 units, as a signed 32-bit number (PostgreSQL's `integer`). Two pieces may share one: the text decides. */
function hashed(text: string, seed: number): number {
  let hash = seed;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash | 0;
}
