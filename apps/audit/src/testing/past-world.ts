import { v7 as uuidv7 } from 'uuid';
import type { RecordedEvent } from '../domain/history/recorded-event.js';

/** How many subjects there are. */
export const SUBJECTS = 3;

/** Something that an administrator does. Numbers choose among what there is, if anything. */
export type Step =
  | { readonly kind: 'client-created'; readonly serviceAccount: boolean }
  | { readonly kind: 'client-changed'; readonly client: number; readonly enabled: boolean; readonly rename: boolean }
  | { readonly kind: 'client-deleted'; readonly client: number }
  | { readonly kind: 'permission-created'; readonly scope: number; readonly name: string }
  | { readonly kind: 'permission-renamed'; readonly scope: number; readonly permission: number; readonly to: string }
  | { readonly kind: 'permission-deleted'; readonly scope: number; readonly permission: number }
  | { readonly kind: 'role-created'; readonly scope: number; readonly permissions: readonly string[] }
  | {
      readonly kind: 'role-changed';
      readonly role: number;
      readonly permissions: readonly string[];
      readonly rename: boolean;
    }
  | { readonly kind: 'role-deleted'; readonly role: number }
  | { readonly kind: 'assigned' | 'unassigned'; readonly subject: number; readonly role: number }
  | { readonly kind: 'subject-changed'; readonly subject: number; readonly enabled: boolean }
  | { readonly kind: 'realm-changed'; readonly enabled: boolean };

type Event = RecordedEvent & { readonly realm_id: string };

interface Scope {
  readonly id: string;
  name: string;
  enabled: boolean;
  /** Bit to name, as the roles service keeps them. */
  readonly catalogue: Map<number, string>;
  nextBit: number;
}

interface Role {
  readonly id: string;
  readonly scope: Scope;
  name: string;
  bits: ReadonlySet<number>;
}

interface Subject {
  readonly id: string;
  enabled: boolean;
  readonly holds: Set<Role>;
}

const BUILT_IN = ['view_events', 'view_users'];

/** A realm that keeps its state as the services do, in bits and ids, and records what they record. */
export class PastWorld {
  readonly realmId = uuidv7();
  readonly events: Event[] = [];
  private ms = Date.parse('2026-03-01T12:00:00.000Z');
  private enabled = true;
  private count = 0;
  private readonly realm: Scope = {
    ...{ id: 'realm', name: 'realm-management', enabled: true, nextBit: 32 },
    catalogue: new Map(BUILT_IN.map((name, bit) => [bit, name])),
  };
  private clients: Scope[] = [];
  private roles: Role[] = [];
  private readonly subjects: readonly Subject[];

  constructor() {
    this.record('realm.created', { target: this.realmId, details: { realm: { enabled: true } } });
    this.subjects = Array.from({ length: SUBJECTS }, (_, n) => {
      const subject = { id: uuidv7(), enabled: true, holds: new Set<Role>() };
      const details = { username: `user-${String(n)}`, enabled: true };
      this.record('user.created', { subject: subject.id, target: subject.id, details });
      return subject;
    });
  }

  now(): Date {
    return new Date(this.ms);
  }

  take(step: Step): void {
    this.ms += 1_000;
    switch (step.kind) {
      case 'client-created':
        return this.createClient(step.serviceAccount);
      case 'client-changed':
        return this.withClient(step.client, (client) => {
          this.changeClient(client, step.enabled, step.rename);
        });
      case 'client-deleted':
        return this.withClient(step.client, (client) => {
          this.deleteClient(client);
        });
      case 'permission-created':
      case 'permission-renamed':
      case 'permission-deleted':
        return this.changeCatalogue(step);
      case 'role-created':
        return this.createRole(this.scope(step.scope), step.permissions);
      case 'role-changed':
      case 'role-deleted':
        return this.changeRole(step);
      case 'assigned':
      case 'unassigned':
        return this.assign(step);
      case 'subject-changed':
        return this.changeSubject(step.subject, step.enabled);
      case 'realm-changed': {
        const changes = { enabled: { before: this.enabled, after: step.enabled } };
        this.enabled = step.enabled;
        return this.record('realm.updated', { target: this.realmId, details: { changes } });
      }
    }
  }

  /** What each subject can do now, by audience. */
  everybody(): readonly {
    readonly subjectId: string;
    readonly able: boolean;
    readonly scopes: Readonly<
      Record<string, { readonly permissions: readonly string[]; readonly roles: readonly string[] }>
    >;
  }[] {
    return this.subjects.map((subject) => {
      const scopes: Record<string, { permissions: string[]; roles: string[] }> = {};
      for (const role of subject.holds) {
        const held = (scopes[role.scope.name] ??= { permissions: [], roles: [] });
        held.roles = [...held.roles, role.name].sort();
        held.permissions = [...new Set([...held.permissions, ...namesOf(role)])].sort();
      }
      return { subjectId: subject.id, able: this.enabled && subject.enabled, scopes };
    });
  }

  private createClient(serviceAccount: boolean): void {
    const name = `client-${String((this.count += 1))}`;
    const client: Scope = { id: uuidv7(), name, enabled: true, catalogue: new Map(), nextBit: 0 };
    this.clients.push(client);
    const facts = {
      client_id: name,
      enabled: true,
      service_account_enabled: serviceAccount,
      service_account_user_id: null,
    };
    this.record('client.created', { client: name, target: client.id, details: { client: facts } });
  }

  private changeClient(client: Scope, enabled: boolean, rename: boolean): void {
    const changes: Record<string, unknown> = { name: { before: 'x', after: 'y' } };
    if (enabled !== client.enabled) changes['enabled'] = { before: client.enabled, after: enabled };
    client.enabled = enabled;
    if (rename) {
      const after = `client-${String((this.count += 1))}`;
      changes['client_id'] = { before: client.name, after };
      client.name = after;
    }
    this.record('client.updated', { client: client.name, target: client.id, details: { changes } });
  }

  private deleteClient(client: Scope): void {
    this.clients = this.clients.filter((other) => other !== client);
    for (const subject of this.subjects) {
      for (const role of subject.holds) if (role.scope === client) subject.holds.delete(role);
    }
    this.roles = this.roles.filter(({ scope }) => scope !== client);
    this.record('client.deleted', { client: client.name, target: client.id, details: {} });
  }

  private changeCatalogue(step: Step & { readonly kind: `permission-${string}`; readonly scope: number }): void {
    const scope = this.scope(step.scope);
    const own = [...scope.catalogue].filter(([bit]) => scope !== this.realm || bit >= 32);
    const taken = new Set(scope.catalogue.values());
    if (step.kind === 'permission-created') {
      if (taken.has(step.name)) return;
      const bit = scope.nextBit++;
      scope.catalogue.set(bit, step.name);
      return this.administration('permission.created', scope, step.name, { permission: step.name, bit });
    }
    const [bit, name] = own[step.permission % own.length] ?? [];
    if (bit === undefined || name === undefined) return;
    if (step.kind === 'permission-renamed') {
      if (taken.has(step.to)) return;
      scope.catalogue.set(bit, step.to);
      const changes = { name: { before: name, after: step.to } };
      return this.administration('permission.updated', scope, name, { permission: step.to, changes });
    }
    for (const role of this.roles) {
      if (role.scope !== scope || !role.bits.has(bit)) continue;
      const before = namesOf(role);
      role.bits = new Set([...role.bits].filter((each) => each !== bit));
      const changes = { permissions: { before, after: namesOf(role) } };
      this.administration('role.updated', scope, role.id, { role: role.name, changes });
    }
    scope.catalogue.delete(bit);
    this.administration('permission.deleted', scope, name, { permission: name, bit });
  }

  private createRole(scope: Scope, permissions: readonly string[]): void {
    const role = { id: uuidv7(), scope, name: `role-${String((this.count += 1))}`, bits: bitsOf(scope, permissions) };
    this.roles.push(role);
    this.administration('role.created', scope, role.id, { role: role.name, permissions: namesOf(role) });
  }

  private changeRole(step: Step & { readonly kind: 'role-changed' | 'role-deleted' }): void {
    const role = this.roles[step.role % this.roles.length];
    if (role === undefined) return;
    const before = { name: role.name, permissions: namesOf(role) };
    if (step.kind === 'role-deleted') {
      this.roles = this.roles.filter((other) => other !== role);
      for (const subject of this.subjects) subject.holds.delete(role);
      return this.administration('role.deleted', role.scope, role.id, {
        role: role.name,
        permissions: before.permissions,
      });
    }
    role.bits = bitsOf(role.scope, step.permissions);
    if (step.rename) role.name = `role-${String((this.count += 1))}`;
    const after = { name: role.name, permissions: namesOf(role) };
    const changes = {
      ...(after.name === before.name ? {} : { name: { before: before.name, after: after.name } }),
      ...(String(after.permissions) === String(before.permissions)
        ? {}
        : { permissions: { before: before.permissions, after: after.permissions } }),
    };
    this.administration('role.updated', role.scope, role.id, { role: role.name, changes });
  }

  private assign(step: Step & { readonly kind: 'assigned' | 'unassigned' }): void {
    const subject = this.subjects[step.subject];
    const role = this.roles[step.role % this.roles.length];
    if (subject === undefined || role === undefined) return;
    const has = subject.holds.has(role);
    if (has === (step.kind === 'assigned')) return;
    if (step.kind === 'assigned') subject.holds.add(role);
    else subject.holds.delete(role);
    this.record(`role.${step.kind}`, {
      ...{ client: role.scope === this.realm ? null : role.scope.name, subject: subject.id, target: role.id },
      details: { role: role.name, scope: role.scope.id },
    });
  }

  private changeSubject(index: number, enabled: boolean): void {
    const subject = this.subjects[index];
    if (subject === undefined) return;
    const changes = { enabled: { before: subject.enabled, after: enabled } };
    subject.enabled = enabled;
    this.record('user.updated', { subject: subject.id, target: subject.id, details: { changes } });
  }

  private scope(index: number): Scope {
    return [this.realm, ...this.clients][index % (this.clients.length + 1)] ?? this.realm;
  }

  private withClient(index: number, change: (client: Scope) => void): void {
    const client = this.clients[index % this.clients.length];
    if (client !== undefined) change(client);
  }

  private administration(type: string, scope: Scope, target: string, details: object): void {
    const client = scope === this.realm ? null : scope.name;
    this.record(type, { client, target, details: { scope: scope.id, ...details } });
  }

  private record(
    type: string,
    facts: { client?: string | null; subject?: string; target: string; details: Record<string, unknown> },
  ): void {
    this.events.push({
      id: uuidv7({ msecs: this.ms, seq: this.events.length }),
      realm_id: this.realmId,
      type,
      time: this.now().toISOString(),
      client_id: facts.client ?? null,
      subject_id: facts.subject ?? null,
      jti: null,
      target: { kind: type.split('.')[0] ?? '', id: facts.target },
      details: facts.details,
    });
  }
}

function bitsOf(scope: Scope, names: readonly string[]): ReadonlySet<number> {
  return new Set([...scope.catalogue].filter(([, name]) => names.includes(name)).map(([bit]) => bit));
}

function namesOf(role: Role): string[] {
  return [...role.scope.catalogue].filter(([bit]) => role.bits.has(bit)).map(([, name]) => name);
}
