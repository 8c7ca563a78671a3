import type { AuditEvent } from '#contracts';
import { connect as connectTcp, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import { LogSink } from '../../domain/forwarding/log-sink.js';
import { framed, syslogMessage } from './syslog-message.js';

const TIMEOUT_MS = 15_000;
/**
 * Between the last octet and the end of a connection, in milliseconds: so that a receiver that left without reading is not taken for one that
 * answers the end.
 */
const SETTLE_MS = 100;

/**
 * Sends to a syslog receiver over TCP or TLS. Syslog answers nothing, and what the kernel has taken may never be read. So each batch has
 * a connection of its own, which is ended after the last octet: a receiver that has read to that end closes its side too, and only
 * that counts as arrived. One that breaks off before, or takes too long, is sent the batch again. What TCP can not tell remains: a
 * receiver that is killed in the very moment between.
 */
export class SyslogSink extends LogSink {
  readonly name = 'syslog';
  /** In milliseconds; tests shorten it. */
  timeoutMs = TIMEOUT_MS;
  private readonly origin = { hostname: hostname(), processId: process.pid };

  /** @param url `tcp://host:port` or `tls://host:port` */
  constructor(private readonly url: URL) {
    super();
  }

  send(events: readonly AuditEvent[]): Promise<number> {
    const frames = Buffer.concat(events.map((event) => framed(syslogMessage(event, this.origin))));
    return new Promise((resolve, reject) => {
      const socket = this.connect();
      let ended: 'no' | 'ours' | 'theirs' = 'no';
      const timer = setTimeout(() => {
        socket.destroy(new Error('the syslog receiver took too long'));
      }, this.timeoutMs);
      const end = (): void => {
        if (ended !== 'no') return;
        ended = 'ours';
        socket.end();
      };
      // The receiver's end of the connection: after ours it has read all, before ours it has left.
      socket.on('end', () => {
        if (ended === 'ours') ended = 'theirs';
        else socket.destroy(new Error('the syslog receiver broke off'));
      });
      socket.on('error', reject);
      socket.on('close', () => {
        clearTimeout(timer);
        if (ended === 'theirs' && socket.writableFinished) resolve(0);
        else reject(new Error('the syslog receiver broke off'));
      });
      // What it may say is of no use, but an end is only seen by who reads.
      socket.resume();
      socket.write(frames, () => setTimeout(end, SETTLE_MS));
    });
  }

  private connect(): Socket {
    const host = this.url.hostname.replace(/^\[(.*)\]$/, '$1');
    const port = Number(this.url.port);
    return this.url.protocol === 'tls:' ? connectTls({ host, port, servername: host }) : connectTcp({ host, port });
  }
}
