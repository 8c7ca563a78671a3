import { Setting } from '#config';
import { IsMasterKey } from '#envelope';
import { Max, Min, ValidateBy } from 'class-validator';

/** All headers of a request together may be 16 KiB at Node and most proxies; others need room beside the token. */
const LONGEST_TOKEN_BYTES = 12_288;

/** Settings of the tokens service. */
export class TokensSettings {
  @Setting({
    name: 'CHANCERY_PUBLIC_URL',
    description: 'Base of every issuer and endpoint URL, as clients reach the gateway; without a trailing slash.',
    type: 'string',
    default: 'http://localhost:8080',
  })
  @ValidateBy(
    { name: 'isPublicUrl', validator: { validate: isPublicUrl } },
    {
      message:
        'must be an http or https URL without a trailing slash, user, query or fragment, such as https://id.example.org',
    },
  )
  publicUrl!: string;

  @Setting({
    name: 'CHANCERY_MASTER_KEY',
    description: 'Encrypts the signing keys in the database: 32 random bytes in base64 (openssl rand -base64 32).',
    type: 'string',
    required: true,
    secret: true,
  })
  @IsMasterKey()
  masterKey!: string;

  @Setting({
    name: 'CHANCERY_ACCESS_TOKEN_WARN_BYTES',
    description:
      'Access tokens that are longer are told of: in the log, the metrics, their audit record and by evaluate.',
    type: 'integer',
    default: 4_096,
  })
  @Min(512, { message: 'must be 512 or more' })
  @Max(LONGEST_TOKEN_BYTES, { message: `must be at most ${LONGEST_TOKEN_BYTES}` })
  accessTokenWarnBytes!: number;

  @Setting({
    name: 'CHANCERY_ACCESS_TOKEN_MAX_BYTES',
    description: 'Access tokens are never longer: they go without the names of roles, or are refused.',
    type: 'integer',
    default: 8_192,
  })
  @Min(2_048, { message: 'must be 2048 or more' })
  @Max(LONGEST_TOKEN_BYTES, { message: `must be at most ${LONGEST_TOKEN_BYTES}` })
  accessTokenMaxBytes!: number;
}

function isPublicUrl(value: unknown): boolean {
  if (typeof value !== 'string' || value.endsWith('/') || !URL.canParse(value)) return false;
  const url = new URL(value);
  return (
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    // In its normal form, or issuers would not compare as clients write them.
    (url.href === value || url.href === `${value}/`) &&
    url.username === '' &&
    url.password === '' &&
    !/[?#]/.test(value)
  );
}
