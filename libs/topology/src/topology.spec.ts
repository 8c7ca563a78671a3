import { SERVICE_NAMES } from '#contracts';
import { describe, expect, it } from '@jest/globals';
import { databaseRolesSql } from './database-sql.js';
import { natsAuthorization } from './nats-config.js';
import { SETTINGS, type SettingName } from './settings.js';
import { START_ORDER, START_STEPS, TOPOLOGY } from './topology.js';

describe('the order of starting', () => {
  it('holds every service once', () => {
    expect([...START_ORDER].toSorted()).toEqual([...SERVICE_NAMES].toSorted());
  });

  it('puts each after those it waits for', () => {
    for (const [index, step] of START_STEPS.entries()) {
      const before = START_STEPS.slice(0, index).flat();
      for (const name of step) for (const awaited of TOPOLOGY[name].startsAfter) expect(before).toContain(awaited);
    }
  });
});

it('only those who sign get the master key, only identity the first password', () => {
  const takers = (setting: SettingName) => SERVICE_NAMES.filter((name) => TOPOLOGY[name].settings.includes(setting));
  expect(SETTINGS.CHANCERY_MASTER_KEY.secret).toBe(true);
  expect(takers('CHANCERY_MASTER_KEY')).toEqual(['tokens', 'audit']);
  expect(takers('CHANCERY_ADMIN_PASSWORD')).toEqual(['identity']);
});

it('the gateway reaches nothing but the bus', () => {
  expect(TOPOLOGY.gateway.backends).toEqual(['nats']);
});

describe('the authorization of the bus', () => {
  const user = { user: 'tokens', password: 'p"x', publish: ['a.b'], subscribe: [], allowResponses: true };

  it('denies everything where nothing is allowed: an empty list would mean the opposite', () => {
    expect(natsAuthorization([user])).toContain('subscribe: { deny: [">"] }');
  });

  it('quotes passwords, but leaves those of the environment to the server', () => {
    expect(natsAuthorization([user])).toContain('password: "p\\"x"');
    expect(natsAuthorization([{ ...user, password: '$NATS_PASSWORD_TOKENS' }])).toContain(
      'password: $NATS_PASSWORD_TOKENS\n',
    );
  });

  it('lets answer only those who serve', () => {
    expect(natsAuthorization([user])).toContain('allow_responses');
    expect(natsAuthorization([{ ...user, allowResponses: false }])).not.toContain('allow_responses');
  });
});

it('nobody is granted the change of the audit log', () => {
  const grants = databaseRolesSql()
    .split('\n')
    .filter((line) => line.includes('IN SCHEMA audit GRANT') && line.includes('ON TABLES'));
  expect(grants).toHaveLength(1);
  expect(grants[0]).not.toMatch(/UPDATE|DELETE|TRUNCATE|ALL/);
});
