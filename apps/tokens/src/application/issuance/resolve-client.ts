import { holdsSecret } from '#audit-trail';
import { ClientSnapshot, clientSnapshotKey } from '#contracts';
import type { ClientFacts, IssuanceAttempt, RealmFacts } from './issuance-attempt.js';

const MAX_CLIENT_ID_LENGTH = 255;

/** The client that the request names, whatever its state; null when there is none. Not a refusal yet: see `authenticateClient`. A
 * secret in place of the client is not looked for: that would leave it in the cache. */
export async function resolveClient(
  attempt: Pick<IssuanceAttempt, 'view'>,
  realm: RealmFacts,
  clientId: string,
): Promise<ClientFacts | null> {
  if (clientId.length > MAX_CLIENT_ID_LENGTH || holdsSecret(clientId)) return null;
  const client = await attempt.view.read(ClientSnapshot, clientSnapshotKey({ realmId: realm.id, clientId }));
  return client?.realmId === realm.id && client.clientId === clientId ? client : null;
}
