import { newAuditEvent } from '#audit-trail';
import type { AuditEvent, SigningAlgorithm } from '#contracts';
import { newCallContext } from '#messaging';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { v7 as uuidv7 } from 'uuid';
import { publishedUntil, type NewSigningKey } from '../domain/signing-key.js';
import type { SigningKeyRepository } from '../domain/signing-key.repository.js';

/** What every store of signing keys must do; the fake is thereby proven equal to PostgreSQL. */
export function describeSigningKeyRepository(
  name: string,
  open: () => { readonly repository: SigningKeyRepository; readonly events: readonly AuditEvent[] },
): void {
  describe(name, () => {
    const T0 = new Date('2026-03-01T12:00:00.000Z');
    let repository: SigningKeyRepository;
    let events: readonly AuditEvent[];
    let realmId: string;
    beforeEach(() => {
      ({ repository, events } = open());
      realmId = uuidv7();
    });

    const newKey = (createdAt = T0, algorithm: SigningAlgorithm = 'ES256', realm = realmId): NewSigningKey => ({
      kid: randomBytes(32).toString('base64url'),
      realmId: realm,
      algorithm,
      publicJwk: { kty: 'EC', crv: 'P-256', x: 'x', y: 'y' },
      sealed: { masterKeyId: 'm', wrappedDataKey: 'w', ciphertext: 'c' },
      createdAt,
    });
    const event = (key: NewSigningKey): AuditEvent =>
      newAuditEvent(
        {
          type: 'signing_key.created',
          realm: 'acme',
          realmId: key.realmId,
          actor: { kind: 'system', id: null, client_id: null },
          target: { kind: 'signing_key', id: key.kid },
          details: { algorithm: key.algorithm },
        },
        newCallContext({ deadlineMs: 1_000 }),
        T0,
      );
    const add = (key = newKey()) => repository.addActive(key, event(key));
    const rotate = (key = newKey()) => repository.rotate(key, () => event(key));
    const recorded = () => events.filter((each) => each.realm_id === realmId).map((each) => each.target?.id);

    it('keeps a key as it was given', async () => {
      const key = newKey();
      const stored = {
        ...key,
        state: 'active',
        longestLifetimeSeconds: 0,
        snapshotVersion: expect.any(Number),
        retiredAt: null,
        publishedUntil: null,
      };
      expect(await add(key)).toEqual(stored);
      expect(await repository.findActive(realmId, 'ES256')).toEqual(stored);
      expect(await repository.findActive(realmId, 'RS256')).toBeNull();
      expect(await repository.findActive(uuidv7(), 'ES256')).toBeNull();
      expect(recorded()).toEqual([key.kid]);
    });

    it('tells which key it retires, and undoes the rotation when the event cannot be made', async () => {
      const first = await add();
      const key = newKey();
      const failing = repository.rotate(key, () => {
        throw new Error('too late');
      });
      await expect(failing).rejects.toThrow('too late');
      expect((await repository.findActive(realmId, 'ES256'))?.kid).toBe(first.kid);
      const retired: (string | null)[] = [];
      await repository.rotate(key, (replaced) => {
        retired.push(replaced?.kid ?? null);
        return event(key);
      });
      expect(retired).toEqual([first.kid]);
      expect(recorded()).toEqual([first.kid, key.kid]);
    });

    it('lists the active keys of many realms and algorithms', async () => {
      const key = await add();
      await rotate(newKey(T0, 'EdDSA'));
      const current = await rotate(newKey(new Date(T0.getTime() + 1), 'EdDSA'));
      const foreign = await add(newKey(T0, 'ES256', uuidv7()));
      const asked = [key, foreign, current, { realmId, algorithm: 'RS256' } as const];
      const found = (await repository.listActive(asked)).map(({ kid }) => kid);
      expect(found.toSorted()).toEqual([key.kid, foreign.kid, current.kid].toSorted());
    });

    it('G2: whatever becomes active later has a greater snapshot version, also over removal', async () => {
      const first = await add();
      expect(first.snapshotVersion).toBeGreaterThan(0);
      const again = await add();
      expect(again).toMatchObject({ kid: first.kid, snapshotVersion: first.snapshotVersion });
      const versions = [first.snapshotVersion];
      for (let round = 0; round < 3; round++) versions.push((await rotate()).snapshotVersion);
      expect((await repository.findActive(realmId, 'ES256'))?.snapshotVersion).toBe(versions.at(-1));
      versions.push(await repository.removeRealm(realmId), (await add()).snapshotVersion);
      expect(versions).toEqual([...new Set(versions)].toSorted((a, b) => a - b));
    });

    it('G2: of rotations at once the one that is active in the end has the greatest version', async () => {
      await add();
      const results = await Promise.allSettled(Array.from({ length: 4 }, () => rotate()));
      const rotated = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
      const newest = rotated.toSorted((a, b) => b.snapshotVersion - a.snapshotVersion)[0];
      expect(await repository.findActive(realmId, 'ES256')).toEqual(newest);
    });

    it('of 12 first keys at once exactly one wins, with one event', async () => {
      const winners = new Set((await Promise.all(Array.from({ length: 12 }, () => add()))).map((key) => key.kid));
      expect(winners.size).toBe(1);
      expect(await repository.list(realmId)).toHaveLength(1);
      expect(recorded()).toEqual([...winners]);
    });

    it('has one active key for each algorithm', async () => {
      await add();
      await add(newKey(T0, 'EdDSA'));
      expect(await repository.list(realmId)).toHaveLength(2);
    });

    it('rotation retires the active key until its tokens have expired', async () => {
      const old = await add();
      await repository.raiseLongestLifetime(realmId, old.kid, 3_600);
      const rotatedAt = new Date(T0.getTime() + 1_000);
      const next = await rotate(newKey(rotatedAt));
      expect((await repository.findActive(realmId, 'ES256'))?.kid).toBe(next.kid);
      const end = publishedUntil(rotatedAt, 3_600);
      expect(await repository.list(realmId)).toEqual([
        next,
        {
          ...old,
          state: 'retired',
          longestLifetimeSeconds: 3_600,
          retiredAt: rotatedAt,
          publishedUntil: end,
        },
      ]);
      expect(await repository.listPublished(realmId, new Date(end.getTime() - 1))).toHaveLength(2);
      expect(await repository.listPublished(realmId, end)).toEqual([next]);
      expect(recorded()).toEqual([old.kid, next.kid]);
    });

    it('rotation without a key before makes the first one', async () => {
      const key = await rotate();
      expect(await repository.list(realmId)).toEqual([key]);
    });

    it('of rotations at once each succeeds or conflicts, and one key is active in the end', async () => {
      await add();
      const results = await Promise.allSettled(
        Array.from({ length: 4 }, (_, i) => rotate(newKey(new Date(T0.getTime() + i)))),
      );
      const done = results.filter((result) => result.status === 'fulfilled').length;
      for (const result of results) {
        if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'conflict' });
      }
      const keys = await repository.list(realmId);
      expect(done).toBeGreaterThan(0);
      expect(keys).toHaveLength(done + 1);
      expect(keys.filter((key) => key.state === 'active')).toHaveLength(1);
      // Attempts that were rolled back and made again count once.
      expect(new Set(recorded())).toEqual(new Set(keys.map((key) => key.kid)));
    });

    it('raises the longest lifetime, never lowers it, and only while the key is active', async () => {
      const key = await add();
      expect(await repository.raiseLongestLifetime(realmId, key.kid, 600)).toBe(true);
      expect(await repository.raiseLongestLifetime(realmId, key.kid, 300)).toBe(true);
      expect((await repository.findActive(realmId, 'ES256'))?.longestLifetimeSeconds).toBe(600);
      expect(await repository.raiseLongestLifetime(uuidv7(), key.kid, 900)).toBe(false);
      await rotate();
      expect(await repository.raiseLongestLifetime(realmId, key.kid, 900)).toBe(false);
    });

    it('a longer lifetime and a rotation at once: raised and reckoned with, or refused', async () => {
      for (let round = 0; round < 5; round++) {
        realmId = uuidv7();
        const key = await add();
        const [raised] = await Promise.all([repository.raiseLongestLifetime(realmId, key.kid, 7_200), rotate()]);
        const old = (await repository.list(realmId)).find((each) => each.kid === key.kid);
        expect(old?.publishedUntil).toEqual(publishedUntil(T0, raised ? 7_200 : 0));
      }
    });

    it('removes a realm wholly, and only it', async () => {
      await add();
      await rotate();
      const other = newKey(T0, 'ES256', uuidv7());
      await add(other);
      await repository.removeRealm(realmId);
      expect(await repository.list(realmId)).toEqual([]);
      expect(await repository.list(other.realmId)).toHaveLength(1);
    });

    it('removes retired keys whose time is over', async () => {
      await add();
      const next = await rotate();
      const end = publishedUntil(T0, 0);
      await repository.removeExpired(new Date(end.getTime() - 1));
      expect(await repository.list(realmId)).toHaveLength(2);
      expect(await repository.removeExpired(end)).toBeGreaterThan(0);
      expect(await repository.list(realmId)).toEqual([next]);
    });
  });
}
