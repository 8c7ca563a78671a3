import { requireCatalogued } from '#audit-trail';
import type { AuditEvent, SigningAlgorithm } from '#contracts';
import {
  isPublished,
  publishedUntil,
  type KeyAddress,
  type NewSigningKey,
  type SigningKey,
} from '../domain/signing-key.js';
import { SigningKeyRepository } from '../domain/signing-key.repository.js';

/** The store of signing keys for tests. */
export class InMemorySigningKeyRepository extends SigningKeyRepository {
  private keys: SigningKey[] = [];
  private version = 0;
  /** Audit events that were written with a change. */
  readonly events: AuditEvent[] = [];
  /** How often the store was asked anything, to show that warm requests do not. */
  queries = 0;
  /** Set to make the store answer like a database that is away. */
  failure: Error | null = null;

  async findActive(realmId: string, algorithm: SigningAlgorithm): Promise<SigningKey | null> {
    await this.query();
    return this.activeOf(realmId, algorithm);
  }

  async listActive(addresses: readonly KeyAddress[]): Promise<readonly SigningKey[]> {
    await this.query();
    return addresses.map((each) => this.activeOf(each.realmId, each.algorithm)).filter((key) => key !== null);
  }

  async listPublished(realmId: string, now: Date): Promise<readonly SigningKey[]> {
    return (await this.list(realmId)).filter((key) => isPublished(key, now));
  }

  async list(realmId: string): Promise<readonly SigningKey[]> {
    await this.query();
    return this.keys
      .filter((key) => key.realmId === realmId)
      .toSorted((a, b) => b.createdAt.getTime() - a.createdAt.getTime() || (a.kid < b.kid ? -1 : 1));
  }

  async addActive(key: NewSigningKey, event: AuditEvent): Promise<SigningKey> {
    await this.query();
    const active = this.activeOf(key.realmId, key.algorithm);
    return active ?? this.insert(key, event);
  }

  async rotate(key: NewSigningKey, event: (replaced: SigningKey | null) => AuditEvent): Promise<SigningKey> {
    await this.query();
    const old = this.activeOf(key.realmId, key.algorithm);
    const recorded = event(old);
    if (old !== null) {
      this.replace({
        ...old,
        state: 'retired',
        retiredAt: key.createdAt,
        publishedUntil: publishedUntil(key.createdAt, old.longestLifetimeSeconds),
      });
    }
    return this.insert(key, recorded);
  }

  async raiseLongestLifetime(realmId: string, kid: string, seconds: number): Promise<boolean> {
    await this.query();
    const key = this.keys.find((each) => each.kid === kid && each.realmId === realmId && each.state === 'active');
    if (key === undefined) return false;
    this.replace({ ...key, longestLifetimeSeconds: Math.max(key.longestLifetimeSeconds, seconds) });
    return true;
  }

  async removeRealm(realmId: string): Promise<number> {
    await this.query();
    this.keys = this.keys.filter((key) => key.realmId !== realmId);
    return ++this.version;
  }

  async removeExpired(now: Date): Promise<number> {
    await this.query();
    const before = this.keys.length;
    this.keys = this.keys.filter((key) => isPublished(key, now));
    return before - this.keys.length;
  }

  private async query(): Promise<void> {
    this.queries += 1;
    await Promise.resolve();
    if (this.failure !== null) throw this.failure;
  }

  private activeOf(realmId: string, algorithm: SigningAlgorithm): SigningKey | null {
    return (
      this.keys.find((key) => key.realmId === realmId && key.algorithm === algorithm && key.state === 'active') ?? null
    );
  }

  private insert(key: NewSigningKey, event: AuditEvent): SigningKey {
    const stored: SigningKey = {
      ...key,
      state: 'active',
      longestLifetimeSeconds: 0,
      snapshotVersion: ++this.version,
      retiredAt: null,
      publishedUntil: null,
    };
    this.keys.push(stored);
    requireCatalogued(event);
    this.events.push(event);
    return stored;
  }

  private replace(key: SigningKey): void {
    this.keys = this.keys.map((each) => (each.kid === key.kid ? key : each));
  }
}
