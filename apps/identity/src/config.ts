import { Setting } from '#config';
import { IsOptional, IsString, Matches, MaxLength, MinLength } from 'class-validator';

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
      'Password of the first administrator, used at the first start only. Without it one is generated and printed once.',
    type: 'string',
    secret: true,
  })
  @IsOptional()
  @IsString()
  @MinLength(8)
  @MaxLength(1_024)
  readonly adminPassword?: string;
}
