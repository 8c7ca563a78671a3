import { AuditEventRecorded, type AuditEvent } from '#contracts';
import { Clock } from '#host';
import { DurablePublisher, type CallContext } from '#messaging';
import { Logger } from '#observability';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Counter } from 'prom-client';
import { denialEvent, overflowEvent, recordContext, type Tally } from './denial-event.js';
import { denialKey, type Denial } from './denial.js';

/** How long refusals that are alike share one event, in milliseconds. */
export const WINDOW_MS = 60_000;
/** How many different refusals of one known bearer, and of all that are not known together, are recorded one by one in a window. */
export const MAX_KINDS = 100;
/** How many known bearers have such room in a window. */
export const MAX_BEARERS = 100;
/** Whose room it is that all take who are not known. */
const UNKNOWN = '';

const refusals = new Counter({
  name: 'chancery_gateway_access_denied_total',
  help: 'Requests that the administration API refused (401, 403), by whether the bearer was known.',
  labelNames: ['bearer'] as const,
});

interface Kind {
  readonly denial: Denial;
  /** What no event tells of yet. */
  untold: Tally | null;
}

/**
 * Records what the administration API refuses. The first of its kind is recorded at once, the rest of a minute together: a flood
 * can neither fill the log nor hide who else was refused, because what is recorded is bounded and each known bearer has room of
 * its own. Nothing was given away, so nobody waits for the record; a gateway that is killed loses the counts of its last minute.
 */
@Injectable()
export class AccessDenials implements OnApplicationShutdown {
  /** By bearer, then by what they have in common. */
  private kinds = new Map<string, Map<string, Kind>>();
  private beyond: Tally | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly publisher: DurablePublisher,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Takes note of a refusal. Never throws. */
  note(denial: Denial): void {
    refusals.inc({ bearer: denial.visitor.principal === null ? 'unknown' : 'known' });
    this.timer ??= setTimeout(() => void this.closeWindow(), WINDOW_MS).unref();
    const now = this.clock.now();
    const kinds = this.roomOf(denial);
    const key = denialKey(denial);
    const known = kinds?.get(key);
    if (known !== undefined) {
      known.untold = oneMore(known.untold, now);
    } else if (kinds !== undefined && kinds.size < MAX_KINDS) {
      const kind: Kind = { denial, untold: oneMore(null, now) };
      kinds.set(key, kind);
      void this.tell(kind);
    } else {
      this.beyond = oneMore(this.beyond, now);
    }
  }

  /** Tells what is left of a window and begins the next. */
  async closeWindow(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { kinds, beyond } = this;
    this.kinds = new Map();
    this.beyond = null;
    await Promise.all([...kinds.values()].flatMap((room) => [...room.values()]).map((kind) => this.tell(kind)));
    if (beyond === null) return;
    const context = recordContext(null);
    if (!(await this.publish(overflowEvent(beyond, context, this.clock.now()), context))) this.remember(beyond);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.closeWindow();
    clearTimeout(this.timer);
  }

  /** Undefined when there are too many bearers. */
  private roomOf(denial: Denial): Map<string, Kind> | undefined {
    const bearer = bearerKey(denial);
    const known = this.kinds.get(bearer);
    if (known !== undefined) return known;
    // Those who are not known and those who are never take each other's place.
    if (bearer !== UNKNOWN && this.kinds.size - Number(this.kinds.has(UNKNOWN)) >= MAX_BEARERS) return undefined;
    const room = new Map<string, Kind>();
    this.kinds.set(bearer, room);
    return room;
  }

  private async tell(kind: Kind): Promise<void> {
    const { denial, untold } = kind;
    if (untold === null) return;
    kind.untold = null;
    const context = recordContext(denial);
    if (await this.publish(denialEvent(denial, untold, context, this.clock.now()), context)) return;
    // The window may be over by now: then at least the number is told with the next.
    const isOpen = this.kinds.get(bearerKey(denial))?.get(denialKey(denial)) === kind;
    if (isOpen) kind.untold = sum(untold, kind.untold);
    else this.remember(untold);
  }

  private remember(tally: Tally): void {
    this.beyond = sum(tally, this.beyond);
    this.timer ??= setTimeout(() => void this.closeWindow(), WINDOW_MS).unref();
  }

  private async publish(event: AuditEvent, context: CallContext): Promise<boolean> {
    try {
      await this.publisher.publish(AuditEventRecorded, event, context);
      return true;
    } catch (error) {
      this.logger.warn({ err: error }, 'a refusal could not be recorded yet');
      return false;
    }
  }
}

function bearerKey({ visitor: { principal } }: Denial): string {
  return principal === null ? UNKNOWN : `${principal.realmId}/${principal.subjectId}/${principal.clientId}`;
}

function oneMore(tally: Tally | null, now: Date): Tally {
  return { count: (tally?.count ?? 0) + 1, firstAt: tally?.firstAt ?? now, lastAt: now };
}

function sum(earlier: Tally, later: Tally | null): Tally {
  if (later === null) return earlier;
  return { count: earlier.count + later.count, firstAt: earlier.firstAt, lastAt: later.lastAt };
}
