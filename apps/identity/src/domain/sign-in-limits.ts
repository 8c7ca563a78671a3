import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';

/** How often in a row a password may be wrong, and for how long nothing is tried then. */
export interface SignInLimit {
  readonly freeFailures: number;
  readonly longestWaitMs: number;
}

/** NIST SP 800-63B §3.2.2: at most 100 failures in a row. So many from one network, before each further one has to wait. */
export const FROM_ONE_NETWORK: SignInLimit = { freeFailures: 100, longestWaitMs: 15 * 60_000 };
/** From everywhere together: more, and shorter waits, because here an attacker keeps the user out as well. */
export const FROM_EVERYWHERE: SignInLimit = { freeFailures: 1_000, longestWaitMs: 30_000 };

const FIRST_WAIT_MS = 1_000;
/** After so long without a try it begins anew. */
const FORGOTTEN_MS = 24 * 3_600_000;
/** Accounts and networks that are remembered; those that were quiet for longest give way. */
const MOST_REMEMBERED = 50_000;

interface Failures {
  count: number;
  lastAt: number;
}

/** An attempt that may go on; tell what came of it. */
export interface Attempt {
  succeeded(): void;
  /** Nothing came of it: it does not count. */
  abandoned(): void;
}

/**
 * Slows down who guesses passwords (RFC 6749 §4.3.2: the endpoint MUST be protected against brute force). What is typed for a name
 * counts, whether there is such a user or not, so nothing is told by it. In memory, of bounded size, for each process by itself.
 */
export class SignInLimits {
  private readonly remembered = new Map<string, Failures>();

  constructor(
    private readonly network: SignInLimit = FROM_ONE_NETWORK,
    private readonly account: SignInLimit = FROM_EVERYWHERE,
    private readonly mostRemembered = MOST_REMEMBERED,
  ) {}

  /**
   * Begins an attempt, which counts as a failure until it is told otherwise: many at once are as many as one after the other.
   *
   * @returns the attempt, or the milliseconds to wait before the next.
   */
  begin(realmId: string, username: string, address: string | null, now: number): Attempt | number {
    const account = `${realmId}/${username}`;
    const counted = [
      { key: keyOf(`${account}/${networkOf(address)}`), limit: this.network },
      { key: keyOf(account), limit: this.account },
    ];
    const wait = Math.max(...counted.map(({ key, limit }) => this.waitOf(key, limit, now)));
    if (wait > 0) return wait;
    const former = counted.map(({ key }) => this.count(key, now));
    return {
      succeeded: () => {
        for (const { key } of counted) this.remembered.delete(key);
      },
      abandoned: () => {
        for (const failures of former) failures.count -= 1;
      },
    };
  }

  /** How many are remembered, for tests. */
  get size(): number {
    return this.remembered.size;
  }

  private waitOf(key: string, { freeFailures, longestWaitMs }: SignInLimit, now: number): number {
    const failures = this.remembered.get(key);
    if (failures === undefined || failures.count < freeFailures) return 0;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** (failures.count - freeFailures), longestWaitMs);
    return Math.max(failures.lastAt + wait - now, 0);
  }

  private count(key: string, now: number): Failures {
    const present = this.remembered.get(key);
    const failures = present !== undefined && now - present.lastAt < FORGOTTEN_MS ? present : { count: 0, lastAt: now };
    failures.count += 1;
    failures.lastAt = now;
    // The order of the map is that of the last tries.
    this.remembered.delete(key);
    this.remembered.set(key, failures);
    if (this.remembered.size > this.mostRemembered) {
      for (const oldest of this.remembered.keys()) {
        this.remembered.delete(oldest);
        break;
      }
    }
    return failures;
  }
}

/** One size, whatever was typed. */
function keyOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 22);
}

/** An IPv6 host has as many addresses as it likes within its /64. */
function networkOf(address: string | null): string {
  if (address === null || !isIPv6(address)) return address ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  return mapped ?? groupsOf(address).slice(0, 4).join(':');
}

function groupsOf(address: string): readonly string[] {
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const groups = (part: string | undefined): string[] => (part === undefined || part === '' ? [] : part.split(':'));
  const front = groups(head);
  const back = groups(tail);
  const zeros = tail === undefined ? 0 : Math.max(8 - front.length - back.length, 0);
  return [...front, ...Array.from({ length: zeros }, () => '0'), ...back].map((group) =>
    group.toLowerCase().replace(/^0+(?=.)/, ''),
  );
}
