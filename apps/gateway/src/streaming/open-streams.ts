import { AppError } from '#errors';
import { Injectable } from '@nestjs/common';
import { Gauge } from 'prom-client';

const PER_REALM = 10;
const IN_ALL = 100;

const open = new Gauge({
  name: 'chancery_gateway_open_streams',
  help: 'Exports and tails of audit logs being sent now.',
});

/** Bounds how many streams a gateway sends at once, in all and of each realm. */
@Injectable()
export class OpenStreams {
  private readonly ofRealm = new Map<string, number>();
  private count = 0;

  /** Takes a place; the result gives it back, once. @throws AppError `too_many_requests`. */
  enter(realmId: string): () => void {
    const here = this.ofRealm.get(realmId) ?? 0;
    if (here >= PER_REALM || this.count >= IN_ALL) {
      throw new AppError('too_many_requests', {
        detail: 'Too many streams are open already. Close one, or try again later.',
        reason: 'too_many_streams',
        retryAfterSeconds: 5,
      });
    }
    this.ofRealm.set(realmId, here + 1);
    this.count += 1;
    open.set(this.count);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const rest = (this.ofRealm.get(realmId) ?? 1) - 1;
      if (rest === 0) this.ofRealm.delete(realmId);
      else this.ofRealm.set(realmId, rest);
      this.count -= 1;
      open.set(this.count);
    };
  }
}
