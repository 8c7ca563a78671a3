import { Flag, Lifetime, Nullable, OneOf, Optional, rule, Text, Texts, WholeNumber } from './members.js';

/** What may be set at creation and changed later. */
abstract class ClientMembersDto {
  @Nullable()
  @Text(0, 2_000)
  readonly description?: string | null;

  @Nullable()
  @Text(0, 255)
  readonly owner?: string | null;

  @Optional()
  @Flag()
  readonly enabled?: boolean;

  @Optional()
  @Flag()
  readonly service_account_enabled?: boolean;

  @Optional()
  @Flag()
  readonly direct_access_grants_enabled?: boolean;

  @Optional()
  @Flag()
  readonly first_party?: boolean;

  @Nullable()
  @Lifetime()
  readonly access_token_lifetime?: number | null;

  @Nullable()
  @Lifetime()
  readonly refresh_token_lifetime?: number | null;

  @Nullable()
  @Lifetime()
  readonly id_token_lifetime?: number | null;

  @Nullable()
  @Lifetime()
  readonly temporary_token_lifetime?: number | null;
}

/** Body of `POST /realms/{r}/clients`. */
export class CreateClientDto extends ClientMembersDto {
  @Text(1, 255)
  readonly name!: string;

  /** Made when blank. */
  @Nullable()
  @Text(0, 255)
  readonly client_id?: string | null;

  @Optional()
  @rule('notSystem', (value) => value !== 'system', 'system clients come with a realm and cannot be created', {
    enum: ['confidential', 'public'],
  })
  @OneOf(['confidential', 'public', 'system'])
  readonly client_type?: 'confidential' | 'public';

  @Optional()
  @OneOf(['openid-connect'])
  readonly protocol?: 'openid-connect';

  @Optional()
  @rule('agrees', agreesWithClientType, 'contradicts client_type')
  @Flag()
  readonly public_client?: boolean;

  @Optional()
  @Texts(100, 2_048)
  readonly redirect_uris?: string[];
}

/** Body of `PATCH /realms/{r}/clients/{id}`: absent members stay, `null` clears. */
export class UpdateClientDto extends ClientMembersDto {
  @Optional()
  @Text(1, 255)
  readonly name?: string;

  @Optional()
  @Text(1, 255)
  readonly client_id?: string;
}

/** Body of `POST /realms/{r}/clients/{id}/client-secret`. */
export class RotateClientSecretDto {
  @Optional()
  @WholeNumber(0, 31_536_000)
  readonly grace_seconds?: number;
}

function agreesWithClientType(value: unknown, object: object): boolean {
  const { client_type: type } = object as CreateClientDto;
  return typeof value !== 'boolean' || type === undefined || value === (type === 'public');
}
