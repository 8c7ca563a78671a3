import { describe, expect, it } from '@jest/globals';
import { Argon2PasswordHasher } from './argon2-password-hasher.js';

describe('Argon2PasswordHasher', () => {
  const hasher = new Argon2PasswordHasher();

  it('makes argon2id PHC strings with the parameters OWASP asks for, never the same twice', async () => {
    const [first, second] = await Promise.all([hasher.hash('correct horse'), hasher.hash('correct horse')]);
    expect(first).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(first).not.toBe(second);
  });

  it('knows the right password, bytes and case, however its letters are encoded', async () => {
    const hash = await hasher.hash('Grüße\0✓');
    expect(await hasher.verify(hash, 'Grüße\0✓'.normalize('NFD'))).toBe(true);
    for (const wrong of ['grüße\0✓', 'Grüße', 'Grüße\0✓ ', '']) expect(await hasher.verify(hash, wrong)).toBe(false);
  });

  it('refuses without a hash, after as much work as with one', async () => {
    const hash = await hasher.hash('correct horse');
    await hasher.onModuleInit();
    const timed = async (phc: string | null): Promise<number> => {
      const times: number[] = [];
      for (let round = 0; round < 5; round += 1) {
        const started = process.hrtime.bigint();
        expect(await hasher.verify(phc, 'wrong')).toBe(false);
        times.push(Number(process.hrtime.bigint() - started));
      }
      return Math.min(...times);
    };
    const ratio = (await timed(null)) / (await timed(hash));
    // The least of several: other work on the machine only adds. Skipping the hash would be a thousandth.
    expect(ratio).toBeGreaterThan(0.03);
    expect(ratio).toBeLessThan(30);
  });

  it('fails on what is no hash instead of judging', async () => {
    await expect(hasher.verify('plain text', 'plain text')).rejects.toThrow();
  });
});
