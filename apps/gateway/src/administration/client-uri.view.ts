import type { ClientUri } from '#contracts';

/** A URI of a client as the API shows it. */
export function clientUriView(uri: ClientUri) {
  return {
    id: uri.id,
    client_id: uri.clientId,
    value: uri.value,
    enabled: uri.enabled,
    created_at: uri.createdAt,
    updated_at: uri.updatedAt,
  };
}
