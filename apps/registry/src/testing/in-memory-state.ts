import type { AuditEvent, CallContract } from '#contracts';
import type { ClientUri } from '../domain/client-uri.js';
import type { Client } from '../domain/client.js';
import type { KeptAnswer } from '#idempotency';
import type { Provision } from '../domain/provision.js';
import type { Realm } from '../domain/realm.js';

/** A call that a transaction left for later. */
export interface PendingCall {
  readonly contract: CallContract;
  readonly request: unknown;
}

/** Everything the in-memory registry holds. */
export interface InMemoryState {
  readonly realms: Map<string, Realm>;
  readonly clients: Map<string, Client>;
  /** By kind and client; redirect URIs are with the clients. */
  readonly uris: Map<string, readonly ClientUri[]>;
  readonly provisions: Map<string, Provision>;
  /** By key hash, in hexadecimal. */
  readonly answers: Map<string, KeptAnswer>;
  /** By snapshot name and key. */
  readonly tombstones: Map<string, number>;
  readonly events: AuditEvent[];
  readonly calls: PendingCall[];
}

/** Nothing. */
export function emptyState(): InMemoryState {
  return {
    realms: new Map(),
    clients: new Map(),
    uris: new Map(),
    provisions: new Map(),
    answers: new Map(),
    tombstones: new Map(),
    events: [],
    calls: [],
  };
}

/** A copy that can be changed and thrown away; what is in it is immutable. */
export function copyOf(state: InMemoryState): InMemoryState {
  return {
    realms: new Map(state.realms),
    clients: new Map(state.clients),
    uris: new Map(state.uris),
    provisions: new Map(state.provisions),
    answers: new Map(state.answers),
    tombstones: new Map(state.tombstones),
    events: [...state.events],
    calls: [...state.calls],
  };
}
