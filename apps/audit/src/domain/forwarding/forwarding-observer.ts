/** Is told what forwarding does, for the operator's eyes. Also the dependency-injection token. */
export abstract class ForwardingObserver {
  /** Attempts of a sink: `webhook` for all webhooks together, else its name. */
  abstract attempted(sink: string, arrived: number, failed: number): void;
  /** Deliveries of webhooks were given up. */
  abstract died(count: number): void;
  /** A sink of the instance is behind the log by so many events. */
  abstract behind(sink: string, events: number): void;
  /** Something went wrong that is not the receiver's fault. */
  abstract failed(sink: string, error: unknown): void;
}
