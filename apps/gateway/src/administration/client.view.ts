import type { Client } from '#contracts';
import { clientUriView } from './client-uri.view.js';

/** What stands where a secret is: it is shown once, when it is made, and never again. */
const HIDDEN = '***';

/** A client as the API shows it. */
export function clientView(client: Client) {
  return {
    id: client.id,
    realm_id: client.realmId,
    client_id: client.clientId,
    name: client.name,
    description: client.description,
    owner: client.owner,
    client_type: client.clientType,
    protocol: client.protocol,
    enabled: client.enabled,
    public_client: client.publicClient,
    service_account_enabled: client.serviceAccountEnabled,
    direct_access_grants_enabled: client.directAccessGrantsEnabled,
    first_party: client.firstParty,
    secret: client.hasSecret ? HIDDEN : null,
    redirect_uris: client.redirectUris.map(clientUriView),
    access_token_lifetime: client.accessTokenLifetimeSeconds,
    refresh_token_lifetime: client.refreshTokenLifetimeSeconds,
    id_token_lifetime: client.idTokenLifetimeSeconds,
    temporary_token_lifetime: client.temporaryTokenLifetimeSeconds,
    created_at: client.createdAt,
    updated_at: client.updatedAt,
  };
}
