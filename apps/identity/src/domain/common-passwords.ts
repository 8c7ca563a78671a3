/**
 * Words that passwords are made of first: they are refused alone, repeated, joined by two or three, with digits and signs around them
 * and with signs in place of letters. Together with the rows of keys this covers by rule what lists of leaked passwords
 * enumerate.
 */
const WORDS = `
  password passwort passwd pass motdepasse contrasena senha parola heslo haslo wachtwoord salasana losenord
  welcome willkommen bienvenue bienvenido hello hallo hola login logon signin letmein access open enter unlock guest user
  admin administrator root superuser sysadmin system master manager operator support service test testing tester demo sample
  example default changeme change secret geheim private secure security safe trust trustno one two three four five
  qwerty qwertz azerty asdf zxcv abc abcd abcdef alphabet letter word
  iloveyou loveyou love lover forever always angel baby babe babygirl princess prince queen king kiss honey sweet sweety
  sunshine summer sommer winter spring autumn herbst fall monday tuesday wednesday thursday friday saturday sunday
  january february march april may june july august september october november december month today
  dragon monkey tiger lion panther eagle falcon wolf bear horse dog cat puppy kitty bunny butterfly dolphin shark snake
  football fussball soccer baseball basketball hockey tennis golf rugby cricket sport player winner champion team
  superman batman spiderman ironman joker starwars pokemon pikachu naruto matrix mustang ferrari porsche mercedes bmw harley
  shadow phoenix hunter ranger killer ninja samurai warrior knight soldier wizard merlin magic mystery legend hero
  michael michelle jennifer jessica jordan daniel andrew anthony ashley amanda nicole robert thomas charlie george william
  james john david joshua matthew christian alexander benjamin samuel maria anna julia laura sophie emma thomas peter paul
  computer internet windows linux ubuntu apple google facebook twitter instagram youtube amazon microsoft samsung android iphone
  server database network cloud docker kubernetes oracle postgres mysql redis cisco router switch backup
  money dollar rich business company office work boss customer client account payment invoice
  freedom liberty peace happy lucky smile cheese chocolate cookie banana orange lemon coffee pizza pepper ginger flower rose
  london paris berlin madrid rome vienna moscow tokyo newyork america england germany france spain italy canada mexico
  blue red green black white purple yellow silver gold golden diamond crystal rainbow star moon sun sky heaven earth fire ice
  jesus christ god lord church faith blessed grace hope
  hacker matrix hack cool awesome fuck fuckyou bitch asshole shit damn whatever nothing please the my is and you me im i a
`;

/** Signs that stand for letters. Letters that look alike are one. */
const STANDS_FOR: Readonly<Record<string, string>> = {
  '@': 'a',
  '4': 'a',
  '8': 'b',
  '3': 'e',
  '€': 'e',
  '6': 'g',
  '1': 'i',
  '!': 'i',
  '|': 'i',
  l: 'i',
  '0': 'o',
  $: 's',
  '5': 's',
  '7': 't',
  '+': 't',
};

/** A text as a guesser sees it: without case, width, accents or disguise. */
export function foldedText(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return Array.from(plain, (character) => STANDS_FOR[character] ?? character).join('');
}

const COMMON: ReadonlySet<string> = new Set(
  WORDS.split(/\s+/)
    .filter((word) => word !== '')
    .map(foldedText),
);

/** What a row of neighbouring keys or letters is made of, in either direction. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop[]',
  'qwertzuiopü',
  'azertyuiop',
  "asdfghjkl;'",
  'zxcvbnm,./',
  'yxcvbnm,.-',
  '1q2w3e4r5t6y7u8i9o0p',
  '1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik,9ol.0p',
  'qazwsxedcrfvtgbyhnujmikolp',
  '!@#$%^&*()',
];
const NEIGHBOURS: ReadonlySet<string> = new Set(
  ROWS.flatMap((row) => [row, [...row].reverse().join('')]).flatMap((row) =>
    Array.from({ length: row.length - 1 }, (_, index) => row.slice(index, index + 2)),
  ),
);

/** Longest chain of common words that is still refused; four words and more are a passphrase. */
const MOST_WORDS = 3;
const FEWEST_CHARACTERS = 5;

/** Whether a password is among those that are tried first. */
export function isCommonPassword(password: string): boolean {
  const plain = password.normalize('NFKC').toLowerCase();
  if (new Set(plain).size < FEWEST_CHARACTERS || isRepetition(plain) || isRowOfKeys(plain)) return true;
  // Digits and signs at the ends are decoration; within, and when nothing else is left, they may stand for letters.
  const core = plain.replace(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
  const candidates = [plain, core].map((text) => foldedText(text).replace(/[^\p{L}]/gu, ''));
  return candidates.some((text) => text !== '' && isChainOfWords(text, MOST_WORDS));
}

/** Whether it is a short text over and over. */
function isRepetition(text: string): boolean {
  for (let unit = 1; unit <= Math.min(6, text.length / 2); unit += 1) {
    const repeated = text
      .slice(0, unit)
      .repeat(Math.ceil(text.length / unit))
      .slice(0, text.length);
    if (repeated === text) return true;
  }
  return false;
}

/** Whether most of it follows the keyboard or the alphabet. */
function isRowOfKeys(text: string): boolean {
  const pairs = Array.from({ length: text.length - 1 }, (_, index) => text.slice(index, index + 2));
  const following = pairs.filter((pair) => NEIGHBOURS.has(pair) || pair[0] === pair[1]).length;
  return pairs.length > 0 && following >= pairs.length * 0.75;
}

function isChainOfWords(text: string, words: number): boolean {
  if (text === '') return true;
  if (words === 0) return false;
  for (let length = 1; length <= text.length; length += 1) {
    if (COMMON.has(text.slice(0, length)) && isChainOfWords(text.slice(length), words - 1)) return true;
  }
  return false;
}
