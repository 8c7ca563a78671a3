import { describeCalls } from './calls.suite.js';
import { describeDurableEvents } from './durable-events.suite.js';
import { describeGroupingAndServices } from './grouping.suite.js';
import type { TransportHarness } from './harness.js';

/** What client, server and publisher do together over any transport. */
export function describeMessaging(name: string, createHarness: () => Promise<TransportHarness>): void {
  describeCalls(name, createHarness);
  describeGroupingAndServices(name, createHarness);
  describeDurableEvents(name, createHarness);
}
