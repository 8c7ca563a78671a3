import type { Cluster } from '#testing';
import type { BenchRequest, Requests } from './requests.js';

/** The first administrator of a cluster; signs in again before the token is over. */
export class BenchAdministrator {
  private token = '';
  private until = 0;

  constructor(
    private readonly requests: Requests,
    private readonly cluster: Pick<Cluster, 'adminUsername' | 'adminPassword'>,
  ) {}

  /** Call it before each measurement that takes less than two minutes. */
  async signIn(): Promise<void> {
    if (Date.now() < this.until) return;
    const form = new URLSearchParams({
      grant_type: 'password',
      client_id: 'admin-cli',
      username: this.cluster.adminUsername,
      password: this.cluster.adminPassword,
    });
    const answer = await this.requests.json<{ access_token: string }>({
      method: 'POST',
      path: '/realms/master/protocol/openid-connect/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
    });
    this.token = answer.access_token;
    this.until = Date.now() + 120_000;
  }

  /** A call of the administration API. */
  call(method: string, path: string, body?: object): BenchRequest {
    const headers = { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' };
    return { method, path, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) };
  }
}

/** A request for a token with `client_credentials`. */
export function tokenRequest(realm: string, clientId: string, secret: string): BenchRequest {
  return {
    method: 'POST',
    path: `/realms/${realm}/protocol/openid-connect/token`,
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
    },
    body: 'grant_type=client_credentials',
  };
}
