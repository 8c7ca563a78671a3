/** What can be made to fail. */
export const FAULT_TARGETS = ['gateway', 'tokens', 'audit', 'registry', 'nats', 'postgres', 'redis'] as const;
/** One of them. */
export type FaultTarget = (typeof FAULT_TARGETS)[number];

/** One fault: after a while somebody is killed, or stands still. */
export interface Fault {
  readonly pauseMs: number;
  readonly target: FaultTarget;
  /** Which of its processes, where there are several. */
  readonly index: number;
  readonly how: 'SIGKILL' | 'SIGSTOP';
  /** How long it is away. */
  readonly forMs: number;
}

/** Numbers from 0 to 1 that look random and are the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Faults without end, the same for the same seed. */
export function* faultPlan(seed: number): Generator<Fault> {
  const random = randomNumbers(seed);
  const between = (least: number, most: number): number => Math.round(least + random() * (most - least));
  for (;;) {
    const pauseMs = between(300, 3_000);
    const target = FAULT_TARGETS[between(0, FAULT_TARGETS.length - 1)] ?? 'tokens';
    yield {
      pauseMs,
      target,
      index: between(0, 1),
      how: random() < 0.6 ? 'SIGKILL' : 'SIGSTOP',
      forMs: between(200, 4_000),
    };
  }
}

/** A fault in a line. */
export function faultText({ target, index, how, forMs }: Fault): string {
  return `${how} ${target}-${String(index + 1)} for ${String(forMs)} ms`;
}
