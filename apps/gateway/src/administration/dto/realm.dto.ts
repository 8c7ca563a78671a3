import { RealmName, SIGNING_ALGORITHMS, type SigningAlgorithm } from '#contracts';
import { Flag, Lifetime, Members, Nullable, OneOf, Optional, PatternText, Text } from './members.js';
import { PasswordPolicyDto } from './password-policy.dto.js';

const NameOfRealm = (): PropertyDecorator =>
  PatternText(
    new RegExp(RealmName.pattern ?? ''),
    'must be 1 to 63 of A-Z a-z 0-9 . _ - and begin with a letter or digit',
  );

/** Body of `POST /realms`. */
export class CreateRealmDto {
  @NameOfRealm()
  readonly name!: string;

  @Nullable()
  @Text(0, 255)
  readonly display_name?: string | null;
}

/** Body of `PUT /realms/{r}`: changes only what it names. */
export class UpdateRealmDto {
  @Optional()
  @NameOfRealm()
  readonly name?: string;

  @Nullable()
  @Text(0, 255)
  readonly display_name?: string | null;

  @Optional()
  @Flag()
  readonly enabled?: boolean;
}

/** Body of `PUT /realms/{r}/settings`: changes only what it names. */
export class UpdateRealmSettingsDto {
  @Optional()
  @Lifetime()
  readonly access_token_lifetime?: number;

  @Optional()
  @Lifetime()
  readonly refresh_token_lifetime?: number;

  @Optional()
  @Lifetime()
  readonly id_token_lifetime?: number;

  @Optional()
  @Lifetime()
  readonly temporary_token_lifetime?: number;

  @Optional()
  @OneOf(SIGNING_ALGORITHMS)
  readonly default_signing_algorithm?: SigningAlgorithm;

  @Optional()
  @Members(PasswordPolicyDto)
  readonly password_policy?: PasswordPolicyDto;
}
