import { Injectable } from '@nestjs/common';
import { lookup as lookUp, type LookupAddress } from 'node:dns';
import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { WebhookMessage } from '../../domain/forwarding/webhook-message.js';
import { WebhookTargets } from '../../domain/forwarding/webhook-policy.js';
import { WebhookSender, type SendOutcome } from '../../domain/forwarding/webhook-sender.js';
import { isPublicAddress } from '../../domain/forwarding/public-address.js';

/** How long an attempt may take in all: resolving, connecting, sending and the head of the answer. */
const TIMEOUT_MS = 10_000;
const PRIVATE_ADDRESS = 'the address is not a public one';

/**
 * Sends over HTTP. What a name resolves to is judged when the connection is made, and the connection goes to the very address that
 * was judged: a name that resolves to something else a moment later reaches nothing. Redirects are answers like others, of
 * failure; proxies of the environment are not used; the answer's body is not read.
 */
@Injectable()
export class HttpWebhookSender extends WebhookSender {
  /** In milliseconds; tests shorten it. */
  timeoutMs = TIMEOUT_MS;

  constructor(private readonly targets: WebhookTargets) {
    super();
  }

  send(url: string, message: WebhookMessage): Promise<SendOutcome> {
    const target = new URL(url);
    const host = target.hostname.replace(/^\[(.*)\]$/, '$1');
    if (target.protocol !== 'https:' && !this.targets.allowHttp) return failed('the URL is not https');
    // An address is not looked up.
    if (isIP(host) !== 0 && !this.isAllowed(host)) return failed(PRIVATE_ADDRESS);
    return this.exchange(target, message);
  }

  private exchange(target: URL, { headers, body }: WebhookMessage): Promise<SendOutcome> {
    const bytes = Buffer.from(body);
    const options: RequestOptions = {
      method: 'POST',
      headers: { ...headers, 'content-length': bytes.length },
      agent: false,
      lookup: this.guardedLookup,
      signal: AbortSignal.timeout(this.timeoutMs),
    };
    return new Promise((resolve) => {
      const request = (target.protocol === 'https:' ? requestHttps : requestHttp)(target, options, (response) => {
        const status = response.statusCode ?? 0;
        response.destroy();
        const arrived = status >= 200 && status < 300;
        resolve(arrived ? { arrived } : { arrived, error: `it answered ${String(status)}` });
      });
      request.on('error', (error) => {
        resolve({ arrived: false, error: reasonOf(error) });
      });
      request.end(bytes);
    });
  }

  private readonly guardedLookup: LookupFunction = (hostname, options, callback) => {
    lookUp(hostname, { ...options, all: true }, (error, found: LookupAddress[]) => {
      const addresses = error === null ? found.filter(({ address }) => this.isAllowed(address)) : [];
      const [first] = addresses;
      // One refused address is enough: a name with both kinds is no name of an honest receiver.
      if (error !== null || first === undefined || addresses.length < found.length) {
        callback(error ?? new AddressRefusedError(), '', 0);
      } else if (options.all === true) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };

  private isAllowed(address: string): boolean {
    return this.targets.allowPrivateAddresses || isPublicAddress(address);
  }
}

const REASONS: ReadonlyMap<string, string> = new Map([
  ['ENOTFOUND', 'its name could not be resolved'],
  ['EAI_AGAIN', 'its name could not be resolved'],
  ['ECONNREFUSED', 'it refused the connection'],
  ['ECONNRESET', 'it closed the connection'],
  ['EPIPE', 'it closed the connection'],
]);

class AddressRefusedError extends Error {
  constructor() {
    super(PRIVATE_ADDRESS);
    this.name = 'AddressRefusedError';
  }
}

function failed(error: string): Promise<SendOutcome> {
  return Promise.resolve({ arrived: false, error });
}

/** In words that tell an administrator what to look at, and nothing of the network behind. */
function reasonOf(error: Error & { readonly code?: string }): string {
  if (error instanceof AddressRefusedError) return error.message;
  if (error.name === 'AbortError' || error.name === 'TimeoutError') return 'it did not answer in time';
  const code = error.code ?? '';
  const known = REASONS.get(code);
  if (known !== undefined) return known;
  return /CERT|TLS|SSL|ISSUER|ALTNAME/.test(code)
    ? 'its certificate or TLS is not accepted'
    : 'it could not be reached';
}
