import { untilDone } from './until-done.js';
import type { Administrator, AuditEventBody, Page } from '../../e2e/support/administrator.js';

/** Which of the tokens have no `token.issued` event in the realm's log; waits for ingest to catch up. */
export async function missingFromLog(
  admin: Administrator,
  realm: string,
  jtis: readonly string[],
  timeoutMs: number,
): Promise<readonly string[]> {
  const missing = new Set(jtis);
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    let cursor: string | null = '';
    while (cursor !== null && missing.size > 0) {
      const query = new URLSearchParams({ type: 'token.issued', limit: '200', cursor });
      const answer = await untilDone(() => admin.ask('GET', `/realms/${realm}/audit/events?${query.toString()}`));
      const page = answer.body as Page<AuditEventBody>;
      for (const { jti } of page.data) if (jti !== null) missing.delete(jti);
      cursor = page.page.next_cursor;
    }
    if (missing.size === 0 || Date.now() > deadline) return [...missing];
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}
