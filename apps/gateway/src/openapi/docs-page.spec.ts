import { describe, expect, it } from '@jest/globals';
import { docsPage } from './docs-page.js';
import { openApiDocument } from './document.js';
import { markup, prose } from './markup.js';

describe('the page of the API', () => {
  const { html } = docsPage(openApiDocument('https://id.example'));

  it('shows every link something to go to', () => {
    const ids = [...html.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    for (const [, target] of html.matchAll(/href="#([^"]+)"/g)) expect(ids).toContain(target);
  });

  it('tells permissions, parameters, bodies and answers', () => {
    const [, section = ''] = /<details id="createClient">([\s\S]*?)<\/details>/.exec(html) ?? [];
    for (const word of ['manage_clients', 'X-Request-Id', 'redirect_uris', '201', '409', 'schema-CreatedClient']) {
      expect(section).toContain(word);
    }
  });

  it('escapes whatever is no markup', () => {
    expect(markup`<b>${`<i>"&'`}</b>${['<', markup`<br>`]}`.safe).toBe('<b>&lt;i&gt;&quot;&amp;&#39;</b>&lt;<br>');
    expect(prose('a `<b>` c').safe).toBe('a <code>&lt;b&gt;</code> c');
  });
});
