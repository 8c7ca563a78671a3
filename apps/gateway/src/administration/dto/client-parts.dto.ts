import { parseInstant } from '../../http/instant.js';
import { Flag, Nullable, Optional, rule, Text } from './members.js';

/** Body of `POST /realms/{r}/clients/{id}/secrets`. */
export class CreateClientSecretDto {
  @Nullable()
  @Text(1, 255)
  readonly name?: string | null;

  @Nullable()
  @rule(
    'instant',
    (value) => typeof value === 'string' && parseInstant(value) !== undefined,
    'must be an RFC 3339 time such as 2026-01-31T12:00:00Z',
    { type: 'string', format: 'date-time' },
  )
  readonly expires_at?: string | null;
}

/** Body of `POST` for redirect URIs, post-logout redirect URIs and web origins. */
export class AddClientUriDto {
  @Text(1, 2_048)
  readonly value!: string;

  @Optional()
  @Flag()
  readonly enabled?: boolean;
}

/** Body of `PUT …/{uriId}`. */
export class UpdateClientUriDto {
  @Flag()
  readonly enabled!: boolean;
}
