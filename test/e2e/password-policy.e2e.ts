import { beforeAll, describe, expect, it } from '@jest/globals';
import { Administrator, unique, type RealmBody } from './support/administrator.js';
import { expectInvalidMember } from './support/http.js';
import { createPerson, goodPassword } from './support/people.js';
import { shape } from './support/shape.js';

/** `settings.password_policy` counts for the next password, at every gateway. */
describe('the password policy', () => {
  let admin: Administrator;
  let realm: RealmBody;

  beforeAll(async () => {
    admin = await Administrator.signIn();
    realm = await admin.createRealm();
  });

  const settings = () => `/realms/${realm.name}/settings`;
  const setPolicy = (policy: object) => admin.ask('PUT', settings(), { password_policy: policy });
  const policyOf = async () =>
    (await admin.done<RealmBody>('GET', `/realms/${realm.name}`)).settings['password_policy'] as object;

  it('of a new realm asks for twelve characters that nobody guesses first', async () => {
    expect(await policyOf()).toEqual({
      min_length: 12,
      max_length: 256,
      refuse_common: true,
      refuse_context: true,
      blocked_words: [],
    });
  });

  it('counts for the next password, everywhere, when the change has returned', async () => {
    const person = await createPerson(admin, realm.name);
    const path = `/realms/${realm.name}/users/${person.id}/reset-password`;
    const resets = (value: string) =>
      Promise.all(
        shape().baseUrls.map(
          async (base) => (await admin.ask('PUT', path, { value, temporary: false }, { base })).status,
        ),
      );
    const all = (status: number) => shape().baseUrls.map(() => status);
    const password = goodPassword();
    expect(await resets(password)).toEqual(all(204));
    await setPolicy({ min_length: 64 });
    expect(await resets(password)).toEqual(all(422));
    await setPolicy({ min_length: 8, blocked_words: ['Otters'] });
    expect(await resets(password)).toEqual(all(422));
    await setPolicy({ blocked_words: [] });
    expect(await resets(password)).toEqual(all(204));
    expect(await resets('password1234')).toEqual(all(422));
    await setPolicy({ refuse_common: false });
    expect(await resets('password1234')).toEqual(all(204));
    expect(await resets(`${person.username}-9`)).toEqual(all(422));
    await setPolicy({ refuse_context: false });
    expect(await resets(`${person.username}-9`)).toEqual(all(204));
    expect(await policyOf()).toMatchObject({ min_length: 8, refuse_common: false, refuse_context: false });
    // All five changes of this test: the last of them is the newest only once it has arrived.
    const [event] = await admin.auditEvents(realm.name, { type: 'realm.updated' }, 5);
    expect(event?.['details']).toMatchObject({
      changes: { password_policy: { before: { refuse_context: true }, after: { refuse_context: false } } },
    });
  });

  it.each<[object | null | number, string]>([
    [null, '/password_policy'],
    [7, '/password_policy'],
    [[], '/password_policy'],
    [{ min_length: 7 }, '/password_policy/min_length'],
    [{ min_length: 65 }, '/password_policy/min_length'],
    [{ min_length: '12' }, '/password_policy/min_length'],
    [{ min_length: null }, '/password_policy/min_length'],
    [{ max_length: 63 }, '/password_policy/max_length'],
    [{ max_length: 1_025 }, '/password_policy/max_length'],
    [{ refuse_common: 'no' }, '/password_policy/refuse_common'],
    [{ blocked_words: ['ab'] }, '/password_policy/blocked_words'],
    [{ blocked_words: 'acme' }, '/password_policy/blocked_words'],
    [{ blocked_words: ['a\0b'] }, '/password_policy/blocked_words/0'],
    [{ history: 5 }, '/password_policy/history'],
    [{ toString: 1 }, '/password_policy/toString'],
  ])('cannot be %j', async (policy, pointer) => {
    const answer = await admin.ask('PUT', settings(), { password_policy: policy });
    expectInvalidMember(answer, pointer);
  });

  it('is part of a realm as a document', async () => {
    const { name } = await admin.createRealm(unique('policy'));
    const configuration = { version: 1, realm: { settings: { password_policy: { min_length: 20 } } } };
    const planned = await admin.done<{ changes: object[] }>('POST', `/realms/${name}/plan`, configuration);
    expect(planned.changes).toHaveLength(1);
    await admin.done('POST', `/realms/${name}/apply`, configuration);
    expect(await admin.done('POST', `/realms/${name}/apply`, configuration)).toMatchObject({ changes: [] });
    const exported = await admin.done<{ realm: { settings: object } }>('GET', `/realms/${name}/export`);
    expect(exported.realm.settings).toMatchObject({ password_policy: { min_length: 20, max_length: 256 } });
  });
});
