import { REQUIRED_ACTIONS } from '#contracts';
import { Flag, Nullable, OneOf, Optional, rule, Text } from './members.js';

/** Body of `POST /realms/{r}/users`. What a name may be made of is for identity to say. */
export class CreateUserDto {
  @Text(1, 255)
  readonly username!: string;

  @Nullable()
  @Text(3, 254)
  readonly email?: string | null;

  @Optional()
  @Flag()
  readonly email_verified?: boolean;

  @Nullable()
  @Text(0, 255)
  readonly firstname?: string | null;

  @Nullable()
  @Text(0, 255)
  readonly lastname?: string | null;

  @Optional()
  @Flag()
  readonly enabled?: boolean;
}

/** Body of `PUT /realms/{r}/users/{id}`: changes only what it names. */
export class UpdateUserDto {
  @Optional()
  @Text(1, 255)
  readonly username?: string;

  @Nullable()
  @Text(3, 254)
  readonly email?: string | null;

  @Optional()
  @Flag()
  readonly email_verified?: boolean;

  @Nullable()
  @Text(0, 255)
  readonly firstname?: string | null;

  @Nullable()
  @Text(0, 255)
  readonly lastname?: string | null;

  @Optional()
  @Flag()
  readonly enabled?: boolean;

  @Optional()
  @rule('requiredActions', isRequiredActions, `must be a list of ${REQUIRED_ACTIONS.join(', ')}`, {
    type: 'array',
    maxItems: REQUIRED_ACTIONS.length,
    items: { type: 'string', enum: REQUIRED_ACTIONS },
  })
  readonly required_actions?: (typeof REQUIRED_ACTIONS)[number][];
}

/** Body of `PUT /realms/{r}/users/{id}/reset-password`. Whether the password is good enough is for identity to say. */
export class ResetPasswordDto {
  @Text(1, 1_024)
  readonly value!: string;

  @Optional()
  @Flag()
  readonly temporary?: boolean;

  @Optional()
  @OneOf(['password'])
  readonly credential_type?: 'password';
}

function isRequiredActions(value: unknown): boolean {
  const known: readonly unknown[] = REQUIRED_ACTIONS;
  return Array.isArray(value) && value.length <= known.length && value.every((one) => known.includes(one));
}
