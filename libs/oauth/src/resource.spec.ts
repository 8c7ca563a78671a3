import { describe, expect, it } from '@jest/globals';
import { narrowResources, parseResources } from './resource.js';

describe('parseResources', () => {
  it('takes client ids and absolute URIs, each once, and empty ones as omitted', () => {
    expect(parseResources([])).toBeUndefined();
    expect(parseResources([''])).toBeUndefined();
    expect(parseResources(['billing', 'https://api.example/v1', '', 'billing'])).toEqual([
      'billing',
      'https://api.example/v1',
    ]);
  });

  it.each(['https://api.example/#part', '#', 'a b', 'a\nb', 'caf\u00e9', 'x'.repeat(2_049)])(
    'RFC 8707 §2: %j → invalid_target',
    (resource) => {
      expect(() => parseResources(['billing', resource])).toThrow(expect.objectContaining({ code: 'invalid_target' }));
    },
  );
});

describe('narrowResources', () => {
  it('means everything within reach when nothing is asked', () => {
    expect(narrowResources(['a', 'b'], undefined)).toEqual(['a', 'b']);
  });

  it('means exactly what is asked, compared byte by byte', () => {
    expect(narrowResources(['a', 'b', 'c'], ['c', 'a'])).toEqual(['a', 'c']);
    expect(() => narrowResources(['a'], ['A'])).toThrow(expect.objectContaining({ code: 'invalid_target' }));
  });

  it('RFC 8707 §2: an unknown resource → invalid_target, even beside a known one', () => {
    expect(() => narrowResources(['a'], ['a', 'z'])).toThrow(expect.objectContaining({ code: 'invalid_target' }));
  });
});
