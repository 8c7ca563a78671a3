/** Begins every service account's username, and nobody else's. */
const SERVICE_ACCOUNT_PREFIX = 'service-account-';

/** The username of a client's service account. */
export function serviceAccountUsername(clientIdentifier: string): string {
  return `${SERVICE_ACCOUNT_PREFIX}${clientIdentifier}`;
}

/** The `client_id` in a service account's username. */
export function clientIdentifierOf(username: string): string {
  return username.slice(SERVICE_ACCOUNT_PREFIX.length);
}

/**
 * What people's usernames are compared by, so that nobody can pass for `Alice` as `alice`, nor with another encoding of the
 * same letters. Made here, because `lower()` of a database depends on its locale.
 */
export function usernameKey(username: string): string {
  return username.normalize('NFC').toLowerCase();
}

/** Whether a name is kept for service accounts, in whatever case. */
export function isReservedUsername(username: string): boolean {
  return usernameKey(username).startsWith(SERVICE_ACCOUNT_PREFIX);
}

/** Longest username, in UTF-16 code units, as the contract has it. */
const MAX_LENGTH = 255;

/** What a name may be made of beside letters and digits: what addresses are made of, and nothing that quotes or separates. */
const SIGNS = "._@+'!#$%&*=?~-";

/** Scripts that are written together; a name in any other is of that one alone. */
const TOGETHER = ['Han|Hiragana|Katakana', 'Han|Hangul', 'Han|Bopomofo'];
const ALONE = [
  ...['Latin', 'Cyrillic', 'Greek', 'Arabic', 'Hebrew', 'Armenian', 'Georgian', 'Devanagari', 'Bengali', 'Gurmukhi'],
  ...['Gujarati', 'Oriya', 'Tamil', 'Telugu', 'Kannada', 'Malayalam', 'Sinhala', 'Thai', 'Lao', 'Tibetan', 'Myanmar'],
  ...['Ethiopic', 'Cherokee', 'Khmer', 'Mongolian', 'Syriac', 'Thaana', 'Tifinagh'],
];
const SCRIPTS = [...TOGETHER, ...ALONE].map((names) => {
  const classes = names.split('|').map((name) => `\\p{scx=${name}}`);
  return new RegExp(`^[${classes.join('')}]*$`, 'u');
});

/** Cyrillic and Greek letters that look like Latin ones: a name of these alone is taken for another name. */
const LOOKS_LATIN = /^[аеорсухіјѕһԁԛԝӏοναρυικγΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХІЈЅ]+$/u;

/** Says why a name is not acceptable for a person, or null when it is. */
export function usernameProblem(username: string): string | null {
  if (username.length === 0) return 'must not be empty';
  if (username.length > MAX_LENGTH) return `must have at most ${MAX_LENGTH} characters`;
  if (!username.isWellFormed()) return 'must be well-formed Unicode';
  if (username.normalize('NFC') !== username) return 'must be in Unicode normalization form C';
  if (username.normalize('NFKC') !== username) return 'must not hold compatibility characters such as wide letters';
  const strange = Array.from(username).find((character) => !isNameCharacter(character));
  if (strange !== undefined) return `may hold letters, digits and ${SIGNS} only`;
  if (!/[\p{L}0-9]/u.test(username)) return 'must hold a letter or a digit';
  const letters = username.replace(/[^\p{L}]/gu, '');
  if (!SCRIPTS.some((script) => script.test(letters))) return 'must not mix scripts';
  if (letters !== '' && LOOKS_LATIN.test(letters)) return 'could be taken for a name in Latin letters';
  if (isReservedUsername(username)) return `must not begin with ${SERVICE_ACCOUNT_PREFIX}, which service accounts do`;
  return null;
}

/** Marks belong to letters; digits of other scripts are taken for one another. */
function isNameCharacter(character: string): boolean {
  return /^[\p{L}\p{M}0-9]$/u.test(character) || SIGNS.includes(character);
}
