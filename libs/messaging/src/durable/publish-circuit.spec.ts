import { beforeEach, describe, expect, it } from '@jest/globals';
import { PATIENCE_MS, PATIENCE_WITH_SILENCE_MS, PROBE_LIMIT_MS, PROBE_MS, PublishCircuit } from './publish-circuit.js';

describe('PublishCircuit', () => {
  let now: number;
  let changes: boolean[];
  let circuit: PublishCircuit;
  beforeEach(() => {
    now = 1_000;
    changes = [];
    circuit = new PublishCircuit(
      'audit.x.y.v1',
      () => now,
      (open) => changes.push(open),
    );
  });
  const refuseFor = (milliseconds: number): void => {
    for (const end = now + milliseconds; now <= end; now += 50) circuit.failed('refused');
  };

  it('admits everything while the stream takes messages, or refuses them for a moment', () => {
    circuit.accepted();
    refuseFor(PATIENCE_MS - 50);
    expect(circuit.isOpen).toBe(false);
    circuit.accepted();
    refuseFor(PATIENCE_MS - 50);
    expect([circuit.admits(), changes]).toEqual([true, []]);
  });

  it('opens when everything was refused for too long, and then lets through one probe at a time', () => {
    refuseFor(PATIENCE_MS + 50);
    expect([circuit.isOpen, changes]).toEqual([true, [true]]);
    now += PROBE_MS;
    expect([circuit.admits(), circuit.admits(), circuit.admits()]).toEqual([true, false, false]);
    circuit.failed('refused');
    now += PROBE_MS;
    expect([circuit.admits(), circuit.admits()]).toEqual([true, false]);
    expect(changes).toEqual([true]);
    // A try that comes to nothing does not keep others out for ever.
    now += PROBE_LIMIT_MS;
    expect([circuit.admits(), circuit.admits()]).toEqual([true, false]);
  });

  it('has more patience with one that is silent: it may be restarting', () => {
    for (let waited = 0; waited < PATIENCE_WITH_SILENCE_MS; waited += 500) {
      circuit.failed('silent');
      now += 500;
    }
    expect(circuit.isOpen).toBe(false);
    circuit.failed('silent');
    expect(circuit.isOpen).toBe(true);
  });

  it('closes with the first message that is taken', () => {
    refuseFor(PATIENCE_MS + 50);
    circuit.accepted();
    expect([circuit.isOpen, circuit.admits(), circuit.admits(), changes]).toEqual([false, true, true, [true, false]]);
  });
});
