import { EvaluateBearer, type BuiltInPermissionName } from '#contracts';
import { AppError } from '#errors';
import type { CallContext, MessageClient } from '#messaging';

/** How long a stream goes on without its bearer having been looked at, in milliseconds. */
const LOOK_EVERY_MS = 5_000;
/** How long it goes on when nobody can say, in milliseconds. */
const BEAR_WITH_MS = 30_000;

/**
 * Keeps an eye on the right to a stream: a route is judged once, a stream as long as it runs. A token that expires or is revoked,
 * and a permission that is taken away, end it within seconds.
 */
export class LiveAccess {
  private lastGood = performance.now();
  private lastLook = this.lastGood;

  constructor(
    private readonly client: MessageClient,
    private readonly bearer: { readonly token: string; readonly realm: string; readonly realmId: string },
    private readonly permission: BuiltInPermissionName,
  ) {}

  /** @throws AppError when the stream has to end. */
  async check(context: CallContext): Promise<void> {
    const now = performance.now();
    if (now - this.lastLook < LOOK_EVERY_MS) return;
    this.lastLook = now;
    const { token, realm, realmId } = this.bearer;
    try {
      const { principal, targetRealm } = await this.client.call(EvaluateBearer, { token, targetRealm: realm }, context);
      if (targetRealm?.id !== realmId) throw new AppError('not_found', { reason: 'realm_gone' });
      if (!principal.permissions.includes(this.permission)) {
        throw new AppError('forbidden', { reason: 'permission_withdrawn' });
      }
      this.lastGood = performance.now();
    } catch (thrown) {
      const error = AppError.from(thrown);
      if (!error.facts.retryable || now - this.lastGood > BEAR_WITH_MS) throw error;
    }
  }
}
