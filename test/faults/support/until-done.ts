import type { Answer } from '../../e2e/support/http.js';

const GIVE_UP_AFTER_MS = 45_000;

/** Asks again while the answer is 503, as a client should; any other failure ends the test. */
export async function untilDone(attempt: () => Promise<Answer>): Promise<Answer> {
  const deadline = Date.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    const answer = await attempt();
    if (answer.status < 300) return answer;
    if (answer.status !== 503 || Date.now() > deadline) throw new Error(`${String(answer.status)} ${answer.text}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
