import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { answerEverything } from './answer-everything.js';
import { startGateway, type TestGateway } from './start-gateway.js';

/** One gateway for the tests of a block; before each of them the services behind it answer everything again, and nothing was asked. */
export function answeringGateway(): TestGateway {
  let running: TestGateway;

  beforeAll(async () => {
    running = await startGateway();
  });
  beforeEach(() => {
    answerEverything(running.bus);
    running.bus.calls.length = 0;
    running.log.lines.length = 0;
  });
  afterAll(() => running.close());

  return {
    get app() {
      return running.app;
    },
    get bus() {
      return running.bus;
    },
    get log() {
      return running.log;
    },
    get audit() {
      return running.audit;
    },
    get readiness() {
      return running.readiness;
    },
    get inject() {
      return running.inject;
    },
    listen: () => running.listen(),
    close: () => running.close(),
  };
}
