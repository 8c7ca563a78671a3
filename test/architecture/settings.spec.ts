import { settingsOf, type DeclaredSetting } from '#config';
import { SERVICE_NAMES } from '#contracts';
import { PlatformSettings } from '#host';
import { PLATFORM_SETTINGS, SETTINGS, TOPOLOGY } from '#topology';
import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

/** The settings that an app's config.ts declares. */
async function declaredBy(app: string): Promise<readonly DeclaredSetting[]> {
  const exported = (await import(join(root, 'apps', app, 'src', 'config.ts'))) as Record<string, unknown>;
  return Object.entries(exported)
    .filter(([name, value]) => name.endsWith('Settings') && typeof value === 'function')
    .flatMap(([, value]) => settingsOf(value as new () => object));
}

const names = (settings: readonly DeclaredSetting[]): readonly string[] => settings.map(({ name }) => name).toSorted();

describe('settings', () => {
  it.each(SERVICE_NAMES)('the wiring gives %s exactly what it declares', async (service) => {
    expect(names(await declaredBy(service))).toEqual([...TOPOLOGY[service].settings].toSorted());
  });

  it('the wiring knows those of the platform', () => {
    expect(names(settingsOf(PlatformSettings))).toEqual([...PLATFORM_SETTINGS].toSorted());
  });

  it('each is known by the wiring, secret where it is declared so, and documented', async () => {
    const declared = [
      ...settingsOf(PlatformSettings),
      ...(await Promise.all([...SERVICE_NAMES, 'standalone'].map(declaredBy))).flat(),
    ];
    const facts = SETTINGS as Readonly<Record<string, { readonly secret: boolean }>>;
    for (const setting of declared) {
      expect({ name: setting.name, secret: facts[setting.name]?.secret }).toEqual({
        name: setting.name,
        secret: setting.secret ?? false,
      });
    }
    expect([...new Set(declared.map(({ name }) => name))].toSorted()).toEqual(Object.keys(SETTINGS).toSorted());
    const operations = readFileSync(join(root, 'docs', 'operations.md'), 'utf8');
    for (const name of Object.keys(SETTINGS)) expect(operations).toContain(name);
  });
});
