import { Setting } from '#config';
import { DEFAULT_PASSWORD_POLICY, MASTER_REALM } from '#contracts';
import { IsOptional, IsString, Matches, MaxLength, MinLength, ValidateBy } from 'class-validator';
import { passwordProblem } from './domain/password-rules.js';

/** The identity service's own settings. */
export class IdentitySettings {
  @Setting({
    name: 'CHANCERY_ADMIN_USERNAME',
    description: 'Username of the first administrator, made at the first start.',
    type: 'string',
    default: 'admin',
  })
  @IsString()
  @MinLength(1)
  @MaxLength(255)
  @Matches(/^[^\s\p{C}](?:[^\p{C}]*[^\s\p{C}])?$/u, {
    message: 'must not begin or end with a space nor hold control characters',
  })
  @Matches(/^(?!service-account-)/i, { message: 'must not begin with service-account-' })
  readonly adminUsername!: string;

  @Setting({
    name: 'CHANCERY_ADMIN_PASSWORD',
    description:
      'Password of the first administrator, used at the first start only. Without it one is generated and printed once. ' +
      'At least 12 characters, none of those that are guessed first, and not the username.',
    type: 'string',
    secret: true,
  })
  @IsOptional()
  @IsString()
  @AcceptablePassword()
  readonly adminPassword?: string;
}

/** Holds the password to the policy that a new realm has. Says what is wrong, never what it is. */
function AcceptablePassword(): PropertyDecorator {
  const problemOf = (value: unknown, settings: object): string | null => {
    const { adminUsername: username = '' } = settings as Partial<IdentitySettings>;
    const context = { username, email: null, firstname: null, lastname: null, realmName: MASTER_REALM };
    return typeof value === 'string' ? passwordProblem(value, DEFAULT_PASSWORD_POLICY, context) : 'must be a string';
  };
  return ValidateBy({
    name: 'acceptablePassword',
    validator: {
      validate: (value: unknown, facts) => problemOf(value, facts?.object ?? {}) === null,
      defaultMessage: (facts) => problemOf(facts?.value, facts?.object ?? {}) ?? '',
    },
  });
}
