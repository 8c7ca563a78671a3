import type { ClientUriKind } from '#contracts';
import {
  ClientUriRepository,
  uriTaken,
  type ClientUri,
  type ClientUriStore,
  type UriOwner,
} from '../domain/client-uri.js';
import type { InMemoryState } from './in-memory-state.js';

/** The URIs of clients in memory. Redirect URIs are the client's own; the others are kept beside, and gone when it is gone. */
export class InMemoryClientUris extends ClientUriRepository implements ClientUriStore {
  constructor(private readonly state: () => InMemoryState) {
    super();
  }

  async list(kind: ClientUriKind, { realmId, id }: UriOwner): Promise<readonly ClientUri[]> {
    const client = this.state().clients.get(id);
    if (client?.realmId !== realmId) return [];
    const uris = kind === 'redirect' ? client.redirectUris : (this.state().uris.get(`${kind}:${id}`) ?? []);
    return uris.toSorted(
      (a, b) => a.createdAt.getTime() - b.createdAt.getTime() || Buffer.compare(Buffer.from(a.id), Buffer.from(b.id)),
    );
  }

  async listMany(
    kind: ClientUriKind,
    realmId: string,
    clientIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly ClientUri[]>> {
    const found = new Map<string, readonly ClientUri[]>();
    for (const id of clientIds) {
      const uris = await this.list(kind, { realmId, id });
      if (uris.length > 0) found.set(id, uris);
    }
    return found;
  }

  async insertMany(
    kind: ClientUriKind,
    uris: readonly { readonly owner: UriOwner; readonly uri: ClientUri }[],
  ): Promise<void> {
    for (const { owner, uri } of uris) await this.insert(kind, owner, uri);
  }

  async insert(kind: ClientUriKind, owner: UriOwner, uri: ClientUri): Promise<void> {
    const present = await this.list(kind, owner);
    if (present.some(({ value }) => value === uri.value)) throw uriTaken();
    this.put(kind, owner, [...present, uri]);
  }

  async update(kind: ClientUriKind, owner: UriOwner, uri: ClientUri): Promise<void> {
    const present = await this.list(kind, owner);
    this.put(
      kind,
      owner,
      present.map((candidate) => (candidate.id === uri.id ? uri : candidate)),
    );
  }

  async delete(kind: ClientUriKind, owner: UriOwner, id: string): Promise<void> {
    const present = await this.list(kind, owner);
    this.put(
      kind,
      owner,
      present.filter((candidate) => candidate.id !== id),
    );
  }

  private put(kind: ClientUriKind, { id }: UriOwner, uris: readonly ClientUri[]): void {
    const client = this.state().clients.get(id);
    if (client === undefined) throw new Error('no such client');
    if (kind === 'redirect') this.state().clients.set(id, { ...client, redirectUris: uris });
    else this.state().uris.set(`${kind}:${id}`, uris);
  }
}
