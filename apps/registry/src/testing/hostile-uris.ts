import fc from 'fast-check';

const SCHEMES = ['https', 'http', 'HTTPS', 'hTtP', 'javascript', 'data', 'ftp', 'com.example.app', 'com.example', ''];
const SEPARATORS = ['://', ':', ':/', ':///', ':\\\\', ':/\\', '//', ':%2f%2f'];
const TRUSTED = ['app.example', 'localhost', '127.0.0.1', '[::1]', 'xn--bcher-kva.example'];
const EVIL = 'evil.com';
/** How a host can look like a trusted one without being it, or be it in a spelling that few comparers know. */
const DISGUISES: readonly ((host: string) => string)[] = [
  (host) => host,
  (host) => `${host}.${EVIL}`,
  (host) => `${EVIL}.${host}`,
  (host) => `${host}${EVIL}`,
  (host) => `${host}@${EVIL}`,
  (host) => `${EVIL}@${host}`,
  (host) => `user:password@${host}@${EVIL}`,
  (host) => `${host}:80@${EVIL}:443`,
  (host) => `${host}%40${EVIL}`,
  (host) => `${host}%2f@${EVIL}`,
  (host) => `${host}\\@${EVIL}`,
  (host) => `${host}\\.${EVIL}`,
  (host) => `${host}%5c.${EVIL}`,
  (host) => `${host}#@${EVIL}`,
  (host) => `${host}?@${EVIL}`,
  (host) => `${host}%23@${EVIL}`,
  (host) => `${host}%00.${EVIL}`,
  (host) => `${host}\u0000.${EVIL}`,
  (host) => `${host}%0d%0a.${EVIL}`,
  (host) => `${host}\t.${EVIL}`,
  (host) => `${host}%2e${EVIL}`,
  (host) => `${host}。${EVIL}`,
  (host) => `${host}..${EVIL}`,
  (host) => `${host}.`,
  (host) => `.${host}`,
  (host) => host.toUpperCase(),
  (host) => host.replaceAll('.', '%2e'),
  (host) => host.replaceAll('.', '。'),
  (host) => host.replaceAll('a', 'а'),
  (host) => host.replaceAll('o', '０'),
  (host) => host.replaceAll('l', 'ⅼ'),
  (host) => host.replaceAll('e', '%65'),
  (host) => host.replaceAll('1', '\u00b9'),
  (host) => `xn--${host}`,
  (host) => `*.${host}`,
  () => '2130706433',
  () => '0x7f.1',
  () => '0177.0.0.1',
  () => '127.1',
  () => '[::ffff:127.0.0.1]',
  () => '[0:0:0:0:0:0:0:1]',
  () => '[::1%25lo]',
  () => '[::1]evil.com',
  () => '',
];
const PORTS = ['', '', ':443', ':80', ':8443', ':0', ':65536', ':', ':+80', ':8080@evil.com', ':٨٠'];
const PATHS = [
  '',
  '/',
  '/callback',
  '/..',
  '/a/../b',
  '/a/./b',
  '/%2e%2e/b',
  '/%2E%2e',
  '/.%2e/b',
  '/a%2fb',
  '/a%2f..%2fb',
  '/a%5cb',
  '/a\\b',
  '/\\evil.com',
  '//evil.com',
  '/%00',
  '/a%00b',
  '/%0d%0aset-cookie:x',
  '/a b',
  '/*',
  '/%',
  '/%zz',
  '/<script>',
  ';@evil.com/',
];
const TAILS = [
  '',
  '?a=1',
  '?code=1',
  '?%63ode=1',
  '?a=1&state=2',
  '?iss',
  '?a=..%2f..',
  '#',
  '#@evil.com',
  '?a=#b',
  '?a=%00',
];

/** URIs as an attacker writes them: all parts vary, and now and then a character is put somewhere. */
export function hostileUri(): fc.Arbitrary<string> {
  const host = fc
    .tuple(fc.constantFrom(...TRUSTED), fc.constantFrom(...DISGUISES))
    .map(([trusted, disguise]) => disguise(trusted));
  const uri = fc
    .tuple(
      fc.constantFrom(...SCHEMES),
      // Mostly the right one, or nothing else would be reached.
      fc.oneof({ weight: 4, arbitrary: fc.constant('://') }, { weight: 1, arbitrary: fc.constantFrom(...SEPARATORS) }),
      host,
      fc.constantFrom(...PORTS),
      fc.constantFrom(...PATHS),
      fc.constantFrom(...TAILS),
    )
    .map((parts) => parts.join(''));
  const odd = fc.constantFrom(
    '@',
    '\\',
    '%00',
    '%2e',
    '%2f',
    '..',
    ' ',
    '\t',
    '\n',
    '\u0000',
    '\u200b',
    '\ud800',
    'İ',
    '#',
  );
  const disturbed = fc
    .tuple(uri, odd, fc.nat(60))
    .map(([text, extra, at]) => text.slice(0, at) + extra + text.slice(at));
  return fc.oneof({ weight: 3, arbitrary: uri }, { weight: 1, arbitrary: disturbed });
}
