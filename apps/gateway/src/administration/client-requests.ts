import type { RegisterClient, RequestOf, UpdateClient } from '#contracts';
import { defined } from './dto/defined.js';
import type { CreateClientDto, UpdateClientDto } from './dto/client.dto.js';

type Registration = Omit<RequestOf<typeof RegisterClient>, 'actor' | 'realmId'>;
type Changes = RequestOf<typeof UpdateClient>['changes'];

/** What the registry is asked for, with the defaults of the API where the body is silent. */
export function registration(body: CreateClientDto): Registration {
  const clientId = body.client_id ?? '';
  return {
    name: body.name,
    clientId: clientId.trim() === '' ? null : clientId,
    clientType: body.client_type ?? (body.public_client === true ? 'public' : 'confidential'),
    enabled: body.enabled ?? true,
    serviceAccountEnabled: body.service_account_enabled ?? false,
    directAccessGrantsEnabled: body.direct_access_grants_enabled ?? false,
    firstParty: body.first_party ?? false,
    description: body.description ?? null,
    owner: body.owner ?? null,
    redirectUris: body.redirect_uris ?? [],
    accessTokenLifetimeSeconds: body.access_token_lifetime ?? null,
    refreshTokenLifetimeSeconds: body.refresh_token_lifetime ?? null,
    idTokenLifetimeSeconds: body.id_token_lifetime ?? null,
    temporaryTokenLifetimeSeconds: body.temporary_token_lifetime ?? null,
  };
}

/** What the body changes: absent members are absent here too, `null` stays `null`. */
export function clientChanges(body: UpdateClientDto): Changes {
  return defined({
    name: body.name,
    clientId: body.client_id,
    description: body.description,
    owner: body.owner,
    enabled: body.enabled,
    serviceAccountEnabled: body.service_account_enabled,
    directAccessGrantsEnabled: body.direct_access_grants_enabled,
    firstParty: body.first_party,
    accessTokenLifetimeSeconds: body.access_token_lifetime,
    refreshTokenLifetimeSeconds: body.refresh_token_lifetime,
    idTokenLifetimeSeconds: body.id_token_lifetime,
    temporaryTokenLifetimeSeconds: body.temporary_token_lifetime,
  });
}
