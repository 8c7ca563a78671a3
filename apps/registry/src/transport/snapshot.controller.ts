import { ClientSnapshot, RealmSnapshot } from '#contracts';
import { Handles } from '#messaging';
import { Controller } from '@nestjs/common';
import { Payload } from '@nestjs/microservices';
import { LoadClientSnapshots, type LoadedClient } from '../application/load-client-snapshots.js';
import { LoadRealmSnapshots, type LoadedRealm } from '../application/load-realm-snapshots.js';

interface LoadRequest {
  readonly keys: readonly string[];
}

/** The owner's answer to readers of snapshots. */
@Controller()
export class SnapshotController {
  constructor(
    private readonly loadRealms: LoadRealmSnapshots,
    private readonly loadClients: LoadClientSnapshots,
  ) {}

  @Handles(RealmSnapshot.load)
  async realms(@Payload() request: LoadRequest): Promise<{ readonly snapshots: readonly LoadedRealm[] }> {
    return { snapshots: await this.loadRealms.execute(request.keys) };
  }

  @Handles(ClientSnapshot.load)
  async clients(@Payload() request: LoadRequest): Promise<{ readonly snapshots: readonly LoadedClient[] }> {
    return { snapshots: await this.loadClients.execute(request.keys) };
  }
}
