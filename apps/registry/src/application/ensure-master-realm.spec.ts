import { describe, expect, it } from '@jest/globals';
import { EnsureAdministrator, EnsureRoleAssignment } from '#contracts';
import { AppError } from '#errors';
import { InMemoryRegistry } from '../testing/in-memory-registry.js';
import { TestBench } from '../testing/test-bench.js';

const USER = '01890000-0000-7000-8000-0000000000aa';

function bench(registry = new InMemoryRegistry()) {
  const made = new TestBench(registry);
  made.messages.on(EnsureAdministrator, () => ({ userId: USER, created: true })).on(EnsureRoleAssignment, () => ({}));
  return made;
}

describe('EnsureMasterRealm', () => {
  it('makes master with admin-cli, its administrator and the role, as the system', async () => {
    const made = bench();
    await made.ensureMasterRealm.execute(made.context);
    const { state } = made.adapters;
    const [realm] = state.realms.values();
    expect(realm?.name).toBe('master');
    expect([...state.clients.values()].map(({ clientId }) => clientId)).toContain('admin-cli');
    expect(made.messages.sentTo(EnsureRoleAssignment)).toEqual([
      { realmId: realm?.id, realmName: 'master', subjectId: USER, roleName: 'admin' },
    ]);
    for (const { actor } of state.events) expect(actor).toEqual({ kind: 'system', id: null, client_id: null });
  });

  it('goes on where an earlier attempt stopped', async () => {
    const made = bench();
    made.messages.on(EnsureAdministrator, () => {
      throw new AppError('unavailable');
    });
    await expect(made.ensureMasterRealm.execute(made.context)).rejects.toMatchObject({ code: 'unavailable' });
    made.messages.on(EnsureAdministrator, () => ({ userId: USER, created: true }));
    await made.ensureMasterRealm.execute(made.context);
    expect(made.adapters.state.realms.size).toBe(1);
    expect(made.messages.sentTo(EnsureRoleAssignment)).toHaveLength(1);
  });

  it('makes one master when several replicas start at once', async () => {
    const registry = new InMemoryRegistry();
    const replicas = Array.from({ length: 5 }, () => bench(registry));
    await Promise.all(replicas.map((replica) => replica.ensureMasterRealm.execute(replica.context)));
    expect(registry.state.realms.size).toBe(1);
  });

  it('happens once: an administrator who was removed does not come back', async () => {
    const made = bench();
    await made.ensureMasterRealm.execute(made.context);
    const asked = made.messages.calls.length;
    await made.ensureMasterRealm.execute(made.context);
    expect(made.messages.calls).toHaveLength(asked);
  });
});
