import { expect, it } from '@jest/globals';
import { StdoutBootstrapNotice } from './stdout-bootstrap-notice.js';

it('prints name and password once, in a marked block', () => {
  const written: string[] = [];
  new StdoutBootstrapNotice((text) => written.push(text)).passwordGenerated('root', 's3cret-Word');
  expect(written).toHaveLength(1);
  const lines = written.join('').split('\n');
  expect(lines.filter((line) => line.includes('s3cret-Word'))).toEqual(['  password  s3cret-Word']);
  expect(lines.filter((line) => line.includes('root'))).toEqual(['  username  root']);
  expect(lines.filter((line) => /^=+$/.test(line))).toHaveLength(2);
});
