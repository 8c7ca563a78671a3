import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Which of the processes has the socket that goes out from a local port of 127.0.0.1; undefined when none has (any more). */
export function ownerOfPort(port: number, pids: readonly number[]): number | undefined {
  const inode = inodeOf(port);
  return inode === undefined ? undefined : pids.find((pid) => hasSocket(pid, inode));
}

function inodeOf(port: number): string | undefined {
  const local = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const table of ['/proc/net/tcp', '/proc/net/tcp6']) {
    for (const line of readFileSync(table, 'utf8').split('\n').slice(1)) {
      const fields = line.trim().split(/\s+/);
      if (fields[1]?.endsWith(local) === true) return fields[9];
    }
  }
  return undefined;
}

function hasSocket(pid: number, inode: string): boolean {
  try {
    const folder = `/proc/${String(pid)}/fd`;
    return readdirSync(folder).some((name) => {
      try {
        return readlinkSync(`${folder}/${name}`) === `socket:[${inode}]`;
      } catch {
        return false;
      }
    });
  } catch {
    return false;
  }
}
