import { InProcessTransport } from './in-process-transport.js';
import { describeMessaging } from '../testing/messaging.suite.js';
import { describeTransport } from '../testing/transport.suite.js';
import type { TransportHarness } from '../testing/harness.js';

function inProcess(): Promise<TransportHarness> {
  const transport = new InProcessTransport({ drainTimeoutMs: 10_000 });
  return Promise.resolve({
    open: () => Promise.resolve(transport),
    close: () => transport.drain(),
  });
}

describeTransport('InProcessTransport', inProcess);
describeMessaging('InProcessTransport', inProcess);
