import { Setting } from '#config';
import { Max, Min, ValidateBy, type ValidationOptions } from 'class-validator';
import { isIP } from 'node:net';

const PROXY_RANGES: readonly string[] = ['loopback', 'linklocal', 'uniquelocal'];

/** What the gateway is told by its operator. */
export class GatewaySettings {
  @Setting({
    name: 'CHANCERY_PUBLIC_URL',
    description: 'Where the product is reached from outside; the issuer of every token begins with it.',
    type: 'string',
    default: 'http://localhost:8080',
  })
  @IsBaseUrl({ message: 'must be an http or https URL without query, fragment, user info or trailing slash' })
  publicUrl!: string;

  @Setting({
    name: 'CHANCERY_HTTP_HOST',
    description: 'Address the gateway listens on.',
    type: 'string',
    default: '127.0.0.1',
  })
  httpHost!: string;

  @Setting({
    name: 'CHANCERY_HTTP_PORT',
    description: 'Port the gateway listens on; 0 takes any free one.',
    type: 'integer',
    default: 8080,
  })
  @Min(0, { message: 'must be 0 or more' })
  @Max(65_535, { message: 'must be at most 65535' })
  httpPort!: number;

  @Setting({
    name: 'CHANCERY_TRUSTED_PROXIES',
    description:
      'Proxies whose X-Forwarded-For is believed: addresses, CIDR ranges, or loopback, linklocal, uniquelocal; separated by commas. Default: none.',
    type: 'string',
    default: '',
  })
  @IsProxyList({ message: 'must be addresses, CIDR ranges, loopback, linklocal or uniquelocal, separated by commas' })
  trustedProxies!: string;

  @Setting({
    name: 'CHANCERY_MAX_IN_FLIGHT',
    description: 'Requests a gateway works on at once; more are answered 503 at once, so that no queue grows.',
    type: 'integer',
    default: 1_000,
  })
  @Min(1, { message: 'must be 1 or more' })
  @Max(100_000, { message: 'must be at most 100000' })
  maxInFlight!: number;
}

/** The entries of `CHANCERY_TRUSTED_PROXIES`. */
export function trustedProxyList(settings: GatewaySettings): string[] {
  return settings.trustedProxies
    .split(',')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

function isProxy(entry: string): boolean {
  if (PROXY_RANGES.includes(entry)) return true;
  const [address = '', prefix, ...rest] = entry.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  // A prefix of 0 would believe everybody, which is the mistake this setting exists to prevent.
  return /^[1-9]\d{0,2}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

function IsProxyList(options: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isProxyList',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && value.split(',').every((entry) => entry.trim() === '' || isProxy(entry.trim())),
      },
    },
    options,
  );
}

function IsBaseUrl(options: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isBaseUrl',
      validator: {
        validate(value: unknown) {
          if (typeof value !== 'string' || !URL.canParse(value)) return false;
          const url = new URL(value);
          const plain = url.username === '' && url.password === '' && !/[?#]/.test(value);
          return (url.protocol === 'https:' || url.protocol === 'http:') && plain && !value.endsWith('/');
        },
      },
    },
    options,
  );
}
