import { CompactRange } from '../tree/compact-range.js';
import { TILE_HEIGHT, type NodeStore } from '../tree/tree-reader.js';

/** A tree in memory that keeps what a store keeps: leaves, and the nodes of every eighth level. */
export class MemoryTree implements NodeStore {
  readonly range = CompactRange.empty();
  private readonly levels = new Map<number, Uint8Array[]>([[0, []]]);
  /** How many tiles were read. */
  reads = 0;

  append(leaf: Uint8Array): void {
    this.levels.get(0)?.push(leaf);
    this.range.append(leaf, ({ level, index }, hash) => {
      if (level % TILE_HEIGHT !== 0) return;
      const row = this.levels.get(level) ?? [];
      if (row.length !== index) throw new Error('a node was completed out of order');
      row.push(hash);
      this.levels.set(level, row);
    });
  }

  nodes(level: number, begin: number, end: number): Promise<readonly Uint8Array[]> {
    this.reads += 1;
    const row = this.levels.get(level) ?? [];
    if (level % TILE_HEIGHT !== 0 || end > row.length) throw new Error('the store was asked for what it has not');
    return Promise.resolve(row.slice(begin, end));
  }
}
