import { Setting } from '#config';
import { IsOptional, Max, Min, ValidateBy, type ValidationOptions } from 'class-validator';

const HEADER = /^[A-Za-z0-9!#$%&'*+\-.^_`|~]+=[\x21-\x2b\x2d-\x7e]+$/;

/** Settings of the ways out of the log. */
export class ForwardingSettings {
  @Setting({
    name: 'CHANCERY_AUDIT_SYSLOG_URL',
    description:
      'Sends every audit event to this syslog receiver: tcp://host:port or tls://host:port (RFC 5424). Unset: none.',
    type: 'string',
  })
  @IsOptional()
  @Fits(isSyslogUrl, { message: 'must be tcp://host:port or tls://host:port' })
  auditSyslogUrl?: string;

  @Setting({
    name: 'CHANCERY_AUDIT_OTLP_URL',
    description:
      'Sends every audit event to this OpenTelemetry collector: the URL of its logs endpoint (OTLP/HTTP), such as http://collector:4318/v1/logs. Unset: none.',
    type: 'string',
  })
  @IsOptional()
  @Fits(isHttpUrl, { message: 'must be an http or https URL without user info or fragment' })
  auditOtlpUrl?: string;

  @Setting({
    name: 'CHANCERY_AUDIT_OTLP_HEADERS',
    description: 'Headers for the collector, as name=value,name=value; values percent-encoded.',
    type: 'string',
    secret: true,
  })
  @IsOptional()
  @Fits(isHeaderList, { message: 'must be name=value, separated by commas, values percent-encoded' })
  auditOtlpHeaders?: string;

  @Setting({
    name: 'CHANCERY_WEBHOOK_ALLOW_HTTP',
    description: 'Lets webhooks go to http URLs, in the clear. Default: https only.',
    type: 'boolean',
    default: false,
  })
  webhookAllowHttp!: boolean;

  @Setting({
    name: 'CHANCERY_WEBHOOK_ALLOW_PRIVATE_ADDRESSES',
    description:
      'Lets webhooks go to addresses that are not public (private, loopback, link-local): realm administrators can then reach your own network.',
    type: 'boolean',
    default: false,
  })
  webhookAllowPrivateAddresses!: boolean;

  @Setting({
    name: 'CHANCERY_WEBHOOK_RETRY_SECONDS',
    description: 'How long a delivery of a webhook is tried again before it counts as dead.',
    type: 'integer',
    default: 86_400,
  })
  @Min(1, { message: 'must be 1 or more' })
  @Max(2_592_000, { message: 'must be at most 2592000 (30 days)' })
  webhookRetrySeconds!: number;
}

/** The headers of `CHANCERY_AUDIT_OTLP_HEADERS`. */
export function otlpHeaders({
  auditOtlpHeaders,
}: Pick<ForwardingSettings, 'auditOtlpHeaders'>): Record<string, string> {
  return Object.fromEntries(
    (auditOtlpHeaders ?? '')
      .split(',')
      .filter((entry) => entry !== '')
      .map((entry) => [
        entry.slice(0, entry.indexOf('=')).trim(),
        decodeURIComponent(entry.slice(entry.indexOf('=') + 1)),
      ]),
  );
}

function Fits(validate: (value: unknown) => boolean, options: ValidationOptions): PropertyDecorator {
  return ValidateBy({ name: validate.name, validator: { validate } }, options);
}

function isSyslogUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hostname, port, pathname, search, hash, username, password } = new URL(value);
  const rest = `${pathname}${search}${hash}${username}${password}`;
  return (
    (protocol === 'tcp:' || protocol === 'tls:') && hostname !== '' && port !== '' && (rest === '' || rest === '/')
  );
}

function isHttpUrl(value: unknown): boolean {
  if (typeof value !== 'string' || !URL.canParse(value)) return false;
  const { protocol, hash, username, password } = new URL(value);
  return (protocol === 'http:' || protocol === 'https:') && `${hash}${username}${password}` === '';
}

function isHeaderList(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return value.split(',').every((entry) => {
    if (!HEADER.test(entry.trim())) return false;
    try {
      return !/[\p{Cc}]/u.test(decodeURIComponent(entry));
    } catch {
      return false;
    }
  });
}
