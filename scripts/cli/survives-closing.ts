import type { EventEmitter } from 'node:events';

/** Lets who reads a stream stop reading, as `head` does: what was asked for has been done all the same. */
export function survivesClosing(stream: EventEmitter): void {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}
