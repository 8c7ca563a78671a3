import { createServer, type Server, type Socket } from 'node:net';
import { fatal, greeting, MessageReader, simpleQuery, SYNC, type FrontendMessage } from './wire-messages.js';

/** The one session that all connections share. */
export interface Session {
  /** Runs whole messages and hands over the answer's bytes. @throws only when the session is broken. */
  execute(messages: Uint8Array, onAnswer: (bytes: Uint8Array) => void): Promise<void>;
  isInTransaction(): boolean;
}

/** What the server is started with. */
export interface SessionServerOptions {
  readonly session: Session;
  readonly socketPath: string;
  /** `ParameterStatus` of every connection. */
  readonly facts: Readonly<Record<string, string>>;
  /** How long a connection may hold a transaction without a word while others wait, in milliseconds. */
  readonly idleInTransactionMs: number;
  /** The session broke: nothing is answered any more. */
  readonly onBroken: (error: unknown) => void;
}

interface Connection {
  readonly id: number;
  readonly socket: Socket;
  readonly reader: MessageReader;
  /** Messages up to the next point where the session may change hands. */
  batch: Buffer[];
}

interface Unit {
  readonly connection: Connection;
  readonly bytes: Buffer;
  /** Whether the batch is complete: the session is then between two commands. */
  readonly complete: boolean;
}

/**
 * Many connections on one session. A batch of the extended protocol (`Parse` … `Sync`) runs as one piece and never mixes with
 * another connection's, whatever pieces it arrives in; a transaction keeps the session until it ends.
 */
export class SessionServer {
  private readonly connections = new Set<Connection>();
  private queue: Unit[] = [];
  /** Who holds the session: an open transaction or an incomplete batch. */
  private holder: Connection | undefined;
  private draining: Promise<void> | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private closing = false;
  private broken = false;
  private connectionIds = 0;
  private readonly server: Server;
  private readonly options: SessionServerOptions;

  constructor(options: SessionServerOptions) {
    this.options = options;
    this.server = createServer((socket) => this.accept(socket));
  }

  listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.options.socketPath, resolve);
    });
  }

  /** Takes no more, finishes the command in hand, rolls open transactions back, closes every connection. */
  async close(): Promise<void> {
    this.closing = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    this.queue = [];
    clearTimeout(this.idleTimer);
    await this.draining;
    for (const { socket } of this.connections) {
      socket.end(fatal('57P01', 'the embedded database is shutting down'));
      socket.destroySoon();
    }
    await this.rollBack();
    await closed;
  }

  private accept(socket: Socket): void {
    this.connectionIds += 1;
    const connection: Connection = { id: this.connectionIds, socket, reader: new MessageReader(), batch: [] };
    this.connections.add(connection);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.leave(connection));
    socket.on('data', (chunk) => {
      try {
        for (const message of connection.reader.push(chunk)) this.take(connection, message);
      } catch {
        socket.destroy();
      }
    });
  }

  private take(connection: Connection, message: FrontendMessage): void {
    const { socket, batch } = connection;
    switch (message.type) {
      case 'startup':
        socket.write(greeting(this.options.facts, connection.id));
        return;
      case 'encryption':
        socket.write('N');
        return;
      case 'cancel':
      case 'X':
        // There is no second process that could be asked to stop a query.
        socket.end();
        return;
      default:
        batch.push(message.bytes);
    }
    const complete = message.type === 'S' || message.type === 'Q';
    if (!complete && message.type !== 'H') return;
    connection.batch = [];
    this.queue.push({ connection, bytes: Buffer.concat(batch), complete });
    this.drain();
  }

  private drain(): void {
    if (this.closing || this.broken) return;
    this.draining ??= this.work().finally(() => {
      this.draining = undefined;
      // Something may have come between the last look and here.
      if (this.nextUnit() !== -1) this.drain();
      else this.watchHolder();
    });
  }

  private async work(): Promise<void> {
    for (let index = this.nextUnit(); index !== -1 && !this.closing; index = this.nextUnit()) {
      const [unit] = this.queue.splice(index, 1);
      if (unit !== undefined) await this.run(unit);
      if (this.broken) return;
    }
  }

  /** Who holds the session goes on; else first come, first served. */
  private nextUnit(): number {
    if (this.holder === undefined) return this.queue.length === 0 ? -1 : 0;
    return this.queue.findIndex((unit) => unit.connection === this.holder);
  }

  private async run({ connection, bytes, complete }: Unit): Promise<void> {
    try {
      await this.options.session.execute(bytes, (answer) => {
        if (connection.socket.writable) connection.socket.write(answer);
      });
      this.holder = !complete || this.options.session.isInTransaction() ? connection : undefined;
      if (this.holder !== undefined && !this.connections.has(connection)) await this.rollBack();
    } catch (error) {
      this.break(error);
    }
  }

  private leave(connection: Connection): void {
    this.connections.delete(connection);
    this.queue = this.queue.filter((unit) => unit.connection !== connection);
    if (this.holder !== connection || this.closing || this.broken) return;
    // In the queue's own order: a command of this connection may be running right now.
    this.queue.unshift({ connection, bytes: Buffer.concat([SYNC, simpleQuery('ROLLBACK')]), complete: true });
    this.drain();
  }

  private async rollBack(): Promise<void> {
    if (this.holder === undefined || this.broken) return;
    this.holder = undefined;
    try {
      await this.options.session.execute(Buffer.concat([SYNC, simpleQuery('ROLLBACK')]), () => {});
    } catch (error) {
      this.break(error);
    }
  }

  /** A transaction that waits for something else than the database would hold up everybody for ever. */
  private watchHolder(): void {
    clearTimeout(this.idleTimer);
    const { holder } = this;
    if (holder === undefined) return;
    this.idleTimer = setTimeout(() => {
      if (this.holder !== holder || this.draining !== undefined) return;
      if (this.queue.length === 0) return this.watchHolder();
      holder.socket.end(fatal('25P03', 'idle in a transaction for too long while others wait for the database'));
      holder.socket.destroySoon();
    }, this.options.idleInTransactionMs);
    this.idleTimer.unref();
  }

  private break(error: unknown): void {
    this.broken = true;
    this.queue = [];
    for (const { socket } of this.connections) socket.destroy();
    this.options.onBroken(error);
  }
}
