import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { newSigner } from '../testing/memory-log.js';
import { openCheckpoint, readCheckpoint, signCheckpoint } from './checkpoint.js';
import { NoteError, openNote, parseNote, signNote } from './signed-note.js';
import { formatVerifierKey, parseVerifierKey, verifierKey } from './verifier-key.js';

const signer = newSigner('example.com/log');
const other = newSigner('example.com/log');
const keys = [signer.verifier];
const root = Buffer.alloc(32, 7);

describe('verifier keys', () => {
  // The key and the note that golang.org/x/mod/sumdb/note shows as its example.
  const PUBLISHED = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW';

  it('reads and writes a published one', () => {
    const key = parseVerifierKey(PUBLISHED);
    expect(key.name).toBe('PeterNeumann');
    expect(formatVerifierKey(key)).toBe(PUBLISHED);
  });

  it('verifies a note signed with it', () => {
    const text =
      'If you think cryptography is the answer to your problem,\n' + "then you don't know what your problem is.\n";
    const signature = 'x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=';
    expect(openNote(`${text}\n\u2014 PeterNeumann ${signature}\n`, [parseVerifierKey(PUBLISHED)])).toBe(text);
  });

  it.each([
    '',
    'PeterNeumann',
    'Peter Neumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'PeterNeumann+C74F20A3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10T',
    'PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
    '+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  ])('refuses %j', (text) => {
    expect(() => parseVerifierKey(text)).toThrow(RangeError);
  });

  it.each(['', 'a b', 'a+b', 'a\u00a0b', 'a\nb', '\ud800'])('has no name %j', (name) => {
    expect(() => verifierKey(name, Buffer.alloc(32))).toThrow(RangeError);
  });

  it('comes back from its text, whatever the key', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        fc.stringMatching(/^[a-z./-]{1,40}$/),
        (bytes, name) => {
          const key = verifierKey(name, bytes);
          const again = parseVerifierKey(formatVerifierKey(key));
          expect([again.name, Buffer.from(again.publicKey), Buffer.from(again.id)]).toEqual([
            name,
            Buffer.from(bytes),
            Buffer.from(key.id),
          ]);
        },
      ),
    );
  });
});

describe('signed notes', () => {
  const note = signNote('first\n\nthird\n', signer);

  it('give back their text', () => {
    expect(openNote(note, keys)).toBe('first\n\nthird\n');
    expect(parseNote(note).signatures).toHaveLength(1);
  });

  it('pass over signatures of strangers', () => {
    const line = signNote('first\n\nthird\n', other).split('\n').at(-2) ?? '';
    expect(openNote(`${note}${line}\n`, keys)).toBe('first\n\nthird\n');
    expect(() => openNote(note, [other.verifier])).toThrow('not signed with the given key');
  });

  it('are refused when any character is altered', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: note.length - 1 }),
        fc.constantFrom('A', 'b', ' ', '\n', '0', '\u0000', '='),
        (at, by) => {
          const altered = note.slice(0, at) + by + note.slice(at + 1);
          fc.pre(altered !== note);
          expect(() => openNote(altered, keys)).toThrow(NoteError);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('are refused or opened, whatever they are', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        expect(() => openNote(text, keys)).toThrow(NoteError);
      }),
    );
    expect(() => openNote('x'.repeat(20_000), keys)).toThrow('too long');
  });

  it.each(['', 'no newline', 'tab\t\n', 'return\r\n', '\ud800\n'])('sign no %j', (text) => {
    expect(() => signNote(text, signer)).toThrow(NoteError);
  });
});

describe('checkpoints', () => {
  it('have the form of C2SP tlog-checkpoint', () => {
    const note = signCheckpoint({ origin: 'example.com/log', size: 12_345, rootHash: root }, signer);
    expect(note.split('\n').slice(0, 4)).toEqual([
      'example.com/log',
      '12345',
      'BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=',
      '',
    ]);
    expect(openCheckpoint(note, keys)).toMatchObject({ origin: 'example.com/log', size: 12_345 });
    expect(readCheckpoint(note).size).toBe(12_345);
  });

  it('may have extension lines', () => {
    const text = `example.com/log\n3\n${root.toString('base64')}\nextension\n`;
    expect(openCheckpoint(signNote(text, signer), keys).size).toBe(3);
  });

  it.each([
    ['of another log', `example.com/other\n3\n${root.toString('base64')}\n`],
    ['with a leading zero', `example.com/log\n03\n${root.toString('base64')}\n`],
    ['with a sign', `example.com/log\n+3\n${root.toString('base64')}\n`],
    ['too large to count', `example.com/log\n9007199254740992\n${root.toString('base64')}\n`],
    ['with a short root', `example.com/log\n3\n${root.subarray(1).toString('base64')}\n`],
    ['with another base64', `example.com/log\n3\n${root.toString('base64url')}\n`],
    ['without a root', `example.com/log\n3\n`],
    ['with an empty extension', `example.com/log\n3\n${root.toString('base64')}\n\nx\n`],
  ])('are refused %s', (_what, text) => {
    expect(() => openCheckpoint(signNote(text, signer), keys)).toThrow(NoteError);
  });

  it('are not made of what is no tree', () => {
    for (const checkpoint of [
      { origin: 'a b', size: 1, rootHash: root },
      { origin: 'example.com/log', size: -1, rootHash: root },
      { origin: 'example.com/log', size: 1, rootHash: root.subarray(1) },
    ]) {
      expect(() => signCheckpoint(checkpoint, signer)).toThrow(RangeError);
    }
  });
});
