import { loadSettings } from '#config';
import { describe, expect, it } from '@jest/globals';
import { StandaloneSettings } from './config.js';

describe('StandaloneSettings', () => {
  it.each(['-1', '65536', '8080.5'])('refuses the port %s by its own name', (port) => {
    expect(() => loadSettings(StandaloneSettings, { CHANCERY_HTTP_PORT: port })).toThrow(/CHANCERY_HTTP_PORT must be/);
  });

  it.each(['0', '65535'])('takes the port %s', (port) => {
    expect(loadSettings(StandaloneSettings, { CHANCERY_HTTP_PORT: port }).httpPort).toBe(Number(port));
  });
});
