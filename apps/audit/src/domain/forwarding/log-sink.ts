import type { AuditEvent } from '#contracts';

/** A receiver of the events of all realms, named by the operator. */
export abstract class LogSink {
  /** Under which its place in the log is kept. */
  abstract readonly name: string;
  /**
   * Resolves when the receiver has had them all, with how many it would not take: sending those again would not help. Rejects when it
   * is not certain that it had them.
   */
  abstract send(events: readonly AuditEvent[]): Promise<number>;
}

/** The sinks of this instance. The dependency-injection token of the list. */
export class LogSinks {
  constructor(readonly all: readonly LogSink[]) {}
}
