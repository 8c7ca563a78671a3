import type { ClientSnapshot, SnapshotOf } from '#contracts';
import { Injectable } from '@nestjs/common';
import { SnapshotRepository, type ClientKey } from '../domain/repositories.js';
import { clientSnapshotOf } from '../domain/snapshots.js';

/** One key's present state. */
export interface LoadedClient {
  readonly key: string;
  readonly version: number;
  readonly value: SnapshotOf<typeof ClientSnapshot> | null;
}

/** The authoritative state of clients, for readers whose cache cannot tell. */
@Injectable()
export class LoadClientSnapshots {
  constructor(private readonly snapshots: SnapshotRepository) {}

  /** One entry for each key, in the order asked. */
  async execute(keys: readonly string[]): Promise<LoadedClient[]> {
    const clients = await this.snapshots.clients(keys.map(clientKey));
    return clients.map(({ version, value }, index) => ({
      key: keys[index] ?? '',
      version,
      value: value === null ? null : clientSnapshotOf(value),
    }));
  }
}

const KEY = /^(?<realmId>[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/(?<clientId>.*)$/s;

/** No realm has it, and no client is nameless. */
const NOBODY: ClientKey = { realmId: '00000000-0000-0000-0000-000000000000', clientId: '' };

/** The other way round of `clientSnapshotKey`: a realm's id holds no slash, a `client_id` may. */
function clientKey(key: string): ClientKey {
  const { realmId, clientId } = KEY.exec(key)?.groups ?? {};
  return realmId === undefined || clientId === undefined ? NOBODY : { realmId, clientId };
}
