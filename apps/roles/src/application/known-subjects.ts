import type { SnapshotReader } from '#cache';
import { UserSnapshot, userSnapshotKey } from '#contracts';
import type { CallContext } from '#messaging';

/** Who a subject is, as lists show it. */
export interface KnownSubject {
  readonly subjectId: string;
  /** Null for a user that is gone. */
  readonly username: string | null;
  readonly clientId: string | null;
}

/** Names the subjects of a page; the reads share one round trip. */
export function nameSubjects<T extends { readonly subjectId: string }>(
  snapshots: SnapshotReader,
  realmId: string,
  items: readonly T[],
  context: CallContext,
): Promise<(T & KnownSubject)[]> {
  return Promise.all(
    items.map(async (item) => {
      const user = await snapshots.read(UserSnapshot, userSnapshotKey(realmId, item.subjectId), context);
      return { ...item, username: user?.username ?? null, clientId: user?.clientId ?? null };
    }),
  );
}
