import { closeSync, fsyncSync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { NodeFS } from '@electric-sql/pglite/nodefs';

type InitArguments = Parameters<NodeFS['init']>;

/** What is used of Emscripten's file system over Node's. */
interface NodeFileSystem {
  readonly stream_ops: { fsync?: (stream: OpenFile) => number };
  realPath(node: unknown): string;
}

interface OpenFile {
  /** Node's file descriptor; folders have none. */
  readonly nfd?: number;
  readonly node: unknown;
}

/**
 * PGlite's file system over Node's, with the `fsync` that Emscripten leaves out: without it what PostgreSQL has synced would
 * lie in the machine's memory only, and be gone after a power cut.
 */
export class DurableNodeFs extends NodeFS {
  override async init(...[database, options]: InitArguments): ReturnType<NodeFS['init']> {
    const result = await super.init(database, options);
    const preRun = [result.emscriptenOpts.preRun ?? []].flat() as ((module: { FS: unknown }) => void)[];
    preRun.push((module) => {
      const { NODEFS } = (module.FS as { readonly filesystems: { readonly NODEFS: NodeFileSystem } }).filesystems;
      NODEFS.stream_ops.fsync = ({ nfd, node }) => {
        if (nfd === undefined) syncPath(NODEFS.realPath(node));
        else fsyncSync(nfd);
        return 0;
      };
    });
    return { emscriptenOpts: { ...result.emscriptenOpts, preRun: preRun as never } };
  }
}

/** Syncs a file or the entries of a folder. */
export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Syncs a folder with everything in it. */
export function syncTree(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) syncTree(path);
    else if (entry.isFile()) syncPath(path);
  }
  syncPath(folder);
}
