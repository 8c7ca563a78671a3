import { hash } from 'node:crypto';
import type { Json } from './components.js';
import { docsPage, type Page } from './docs-page.js';

/** A text that is answered as it is, with its entity tag. */
interface Text {
  readonly body: string;
  readonly tag: string;
}

/** The API's document, encoded once. Also the dependency-injection token. */
export class ApiDocument {
  readonly json: Text;
  readonly page: Text & Pick<Page, 'contentSecurityPolicy'>;

  constructor(document: Json) {
    this.json = tagged(JSON.stringify(document));
    const { html, contentSecurityPolicy } = docsPage(document);
    this.page = { ...tagged(html), contentSecurityPolicy };
  }
}

function tagged(body: string): Text {
  return { body, tag: `"${hash('sha256', body, 'base64url')}"` };
}
