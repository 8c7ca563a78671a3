import type { Answer } from '../../e2e/support/http.js';
import { reasonOfNoAnswer } from './no-answer.js';

const GIVE_UP_AFTER_MS = 45_000;
const PAUSE_MS = 100;

/**
 * Asks again while the answer is 503 or none comes because the connection broke, as a client should whose request may be
 * sent twice; any other failure ends the test.
 */
export async function untilDone(attempt: () => Promise<Answer>): Promise<Answer> {
  const deadline = Date.now() + GIVE_UP_AFTER_MS;
  for (;;) {
    let failure: string;
    try {
      const answer = await attempt();
      if (answer.status < 300) return answer;
      failure = `${String(answer.status)} ${answer.text}`;
      if (answer.status !== 503) throw new Error(failure);
    } catch (error) {
      const reason = reasonOfNoAnswer(error);
      if (reason === null) throw error;
      failure = reason;
    }
    if (Date.now() > deadline) throw new Error(failure);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}
