import { MasterKey } from '#envelope';
import {
  AssignmentsSnapshot,
  assignmentsSnapshotKey,
  ClientSnapshot,
  clientSnapshotKey,
  REALM_SCOPE,
  RealmSnapshot,
  RoleScopeSnapshot,
  roleScopeSnapshotKey,
  UserSnapshot,
  userSnapshotKey,
  type Actor,
  type IssueToken as IssueTokenContract,
  type RequestOf,
  type SigningKeyInfo,
  type SnapshotOf,
} from '#contracts';
import { AppError } from '#errors';
import { FrozenClock } from '#host';
import { newCallContext, type CallContext } from '#messaging';
import { hash, randomBytes } from 'node:crypto';
import { decodeJwt } from 'jose';
import { EnsureActiveKey } from '../application/ensure-active-key.js';
import { EvaluateBearer } from '../application/evaluate-bearer.js';
import { TokenSize } from '../application/issuance/token-size.js';
import { IssueToken } from '../application/issue-token.js';
import { MakeSigningKey } from '../application/make-signing-key.js';
import { ReadHints } from '../application/read-hints.js';
import { RotateSigningKey } from '../application/rotate-signing-key.js';
import { SigningKeys } from '../application/signing-keys.js';
import { VerificationKeys } from '../application/verification-keys.js';
import { VerifiedBearers } from '../application/verified-bearers.js';
import { Issuers } from '../domain/issuers.js';
import { RecordedAuthentications } from '../domain/recorded-authentications.js';
import { UsedSecrets } from '../domain/used-secrets.js';
import { JoseKeyVault } from '../infrastructure/keys/jose-key-vault.js';
import { JoseTokenCodec } from '../infrastructure/keys/jose-token-codec.js';
import { InMemorySigningKeyRepository } from './in-memory-signing-key.repository.js';
import {
  FakeMessageClient,
  FakeObserver,
  FakeOutbox,
  FakePublisher,
  FakeSnapshotReader,
  FakeSnapshotWriter,
  RecordingLogger,
} from './platform-fakes.js';

/** Ids that tests name. */
export const ID = {
  realm: '00000000-0000-7000-8000-000000000001',
  otherRealm: '00000000-0000-7000-8000-000000000002',
  client: '00000000-0000-7000-8000-000000000011',
  api: '00000000-0000-7000-8000-000000000012',
  cli: '00000000-0000-7000-8000-000000000013',
  account: '00000000-0000-7000-8000-000000000021',
  alice: '00000000-0000-7000-8000-000000000022',
  secret: '00000000-0000-7000-8000-000000000031',
  admin: '00000000-0000-7000-8000-000000000041',
  reader: '00000000-0000-7000-8000-000000000042',
} as const;

/** Alice as who asks for a change. */
const ALICE: Actor = {
  kind: 'user',
  id: ID.alice,
  clientId: 'console',
  realm: 'acme',
  permissions: ['manage_realm'],
  peer: { ip: '192.0.2.9', userAgent: null },
};

type RealmValue = SnapshotOf<typeof RealmSnapshot>;
type ClientValue = SnapshotOf<typeof ClientSnapshot>;
type UserValue = SnapshotOf<typeof UserSnapshot>;

/** A realm `acme` with a confidential client `app`, an API `billing`, a public `admin-cli` and a user alice. */
export class World {
  readonly secret = 'marked-secret-of-the-client';
  readonly password = 'marked-password-of-alice';
  readonly clock = new FrozenClock(new Date('2026-03-01T12:00:00.000Z'));
  readonly snapshots = new FakeSnapshotReader();
  readonly writer = new FakeSnapshotWriter(this.snapshots);
  readonly audit = new FakePublisher();
  readonly messages = new FakeMessageClient();
  readonly outbox = new FakeOutbox();
  readonly logger = new RecordingLogger();
  readonly observer = new FakeObserver();
  readonly repository = new InMemorySigningKeyRepository();
  readonly vault = new JoseKeyVault(new MasterKey(randomBytes(32).toString('base64')));
  readonly codec = new JoseTokenCodec();
  readonly issuers = new Issuers('https://id.example');
  readonly maker = new MakeSigningKey(this.vault, this.clock);
  readonly ensureActiveKey = new EnsureActiveKey(this.repository, this.maker, this.writer, this.outbox);
  readonly signingKeys = this.newSigningKeys();
  readonly verificationKeys = new VerificationKeys(this.repository, this.vault, this.clock);
  readonly usedSecrets = new UsedSecrets();
  readonly tokenSize = new TokenSize({ warnBytes: 4_096, maxBytes: 8_192 }, this.observer, this.logger);
  readonly issueToken = new IssueToken(
    this.snapshots,
    this.messages,
    this.audit,
    this.signingKeys,
    this.codec,
    this.tokenSize,
    this.issuers,
    new ReadHints(),
    this.observer,
    this.usedSecrets,
    new RecordedAuthentications(),
    this.clock,
  );
  readonly rotateSigningKey = new RotateSigningKey(
    this.snapshots,
    this.writer,
    this.repository,
    this.maker,
    this.outbox,
  );
  readonly evaluateBearer = new EvaluateBearer(
    this.snapshots,
    new VerifiedBearers(this.verificationKeys, this.codec, this.issuers),
    this.clock,
  );

  constructor() {
    this.realm();
    this.client();
    this.client({
      id: ID.cli,
      clientId: 'admin-cli',
      clientType: 'public',
      publicClient: true,
      serviceAccountEnabled: false,
      serviceAccountUserId: null,
      directAccessGrantsEnabled: true,
      secrets: [],
    });
    this.user({ id: ID.account, clientId: ID.client, username: 'service-account-app' });
    this.user({ id: ID.alice, username: 'alice' });
    this.roleScopes();
    this.assign(ID.account, [
      { roleId: ID.admin, scope: REALM_SCOPE },
      { roleId: ID.reader, scope: ID.api },
    ]);
    this.messages.answer = ({ username, password }: { username: string; password: string }) => {
      if (username !== 'alice') return { outcome: 'refused', reason: 'unknown_user', userId: null };
      if (password !== this.password) return { outcome: 'refused', reason: 'wrong_password', userId: ID.alice };
      return { outcome: 'verified', userId: ID.alice };
    };
  }

  /** Another instance's keys over the same store. */
  newSigningKeys(): SigningKeys {
    return new SigningKeys(this.repository, this.vault, this.ensureActiveKey, this.logger);
  }

  /** Alice rotates the key of `acme`. */
  rotate(rotation = this.rotateSigningKey): Promise<SigningKeyInfo> {
    return rotation.execute({ actor: ALICE, realmId: ID.realm, realmName: 'acme' }, this.context());
  }

  realm(changes: Partial<RealmValue> = {}, settings: Partial<RealmValue['settings']> = {}): RealmValue {
    const realm: RealmValue = {
      id: ID.realm,
      name: 'acme',
      enabled: true,
      settings: {
        accessTokenLifetimeSeconds: 300,
        refreshTokenLifetimeSeconds: 1_800,
        idTokenLifetimeSeconds: 300,
        temporaryTokenLifetimeSeconds: 300,
        defaultSigningAlgorithm: 'ES256',
        ...settings,
      },
      ...changes,
    };
    this.snapshots.set(RealmSnapshot, realm.name, realm);
    return realm;
  }

  client(changes: Partial<ClientValue> = {}, realmId: string = ID.realm): ClientValue {
    const client: ClientValue = {
      id: ID.client,
      realmId: ID.realm,
      clientId: 'app',
      clientType: 'confidential',
      publicClient: false,
      enabled: true,
      serviceAccountEnabled: true,
      directAccessGrantsEnabled: false,
      serviceAccountUserId: ID.account,
      secrets: [{ id: ID.secret, sha256: hash('sha256', this.secret, 'base64url'), expiresAt: null }],
      accessTokenLifetimeSeconds: null,
      ...changes,
    };
    this.snapshots.set(ClientSnapshot, clientSnapshotKey({ realmId, clientId: client.clientId }), client);
    return client;
  }

  user(changes: Partial<UserValue> & Pick<UserValue, 'id'>): void {
    const user: UserValue = { realmId: ID.realm, clientId: null, username: 'someone', enabled: true, ...changes };
    this.snapshots.set(UserSnapshot, userSnapshotKey(user.realmId, user.id), user);
  }

  assign(
    subjectId: string,
    roles: readonly { readonly roleId: string; readonly scope: string }[],
    realmId: string = ID.realm,
  ): void {
    this.snapshots.set(AssignmentsSnapshot, assignmentsSnapshotKey(realmId, subjectId), {
      realmId,
      subjectId,
      roles: [...roles],
    });
  }

  /** Realm-wide `admin` (manage_clients, view_clients, own:thing) and `reader` (invoices:read) of the API `billing`. */
  roleScopes(realmId: string = ID.realm): void {
    this.snapshots.set(RoleScopeSnapshot, roleScopeSnapshotKey(realmId, REALM_SCOPE), {
      realmId,
      scope: REALM_SCOPE,
      audience: 'realm-management',
      permissions: [
        { bit: 2, name: 'manage_clients' },
        { bit: 5, name: 'manage_realm' },
        { bit: 13, name: 'view_clients' },
        { bit: 62, name: 'own:thing' },
      ],
      roles: [
        { id: ID.admin, name: 'admin', mask: String((1n << 2n) | (1n << 13n) | (1n << 62n)) },
        { id: ID.reader, name: 'other', mask: '32' },
      ],
    });
    this.snapshots.set(RoleScopeSnapshot, roleScopeSnapshotKey(realmId, ID.api), {
      realmId,
      scope: ID.api,
      audience: 'billing',
      permissions: [
        { bit: 0, name: 'invoices:read' },
        { bit: 1, name: 'invoices:write' },
      ],
      roles: [{ id: ID.reader, name: 'reader', mask: '1' }],
    });
  }

  context(): CallContext {
    return newCallContext({ deadlineMs: 5_000 });
  }

  request(
    parameters: Readonly<Record<string, string>> = {},
    rest: Partial<RequestOf<typeof IssueTokenContract>> = {},
  ): RequestOf<typeof IssueTokenContract> {
    return {
      realm: 'acme',
      parameters: { grant_type: 'client_credentials', ...parameters },
      resources: [],
      authorization: this.basic('app', this.secret),
      peer: { ip: '192.0.2.1', userAgent: 'test' },
      ...rest,
    };
  }

  passwordRequest(
    parameters: Readonly<Record<string, string>> = {},
    rest: Partial<RequestOf<typeof IssueTokenContract>> = {},
  ): RequestOf<typeof IssueTokenContract> {
    return this.request(
      {
        grant_type: 'password',
        client_id: 'admin-cli',
        username: 'alice',
        password: this.password,
        ...parameters,
      },
      { authorization: null, ...rest },
    );
  }

  basic(clientId: string, secret: string): string {
    const encode = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);
    return `Basic ${Buffer.from(`${encode(clientId)}:${encode(secret)}`).toString('base64')}`;
  }

  /** The decoded answer of the token endpoint. */
  async issue(request = this.request()): Promise<{
    readonly access_token: string;
    readonly token_type: string;
    readonly expires_in: number;
    readonly scope: string;
  }> {
    const { body } = await this.issueToken.execute(request, this.context());
    return JSON.parse(body) as Awaited<ReturnType<World['issue']>>;
  }

  /** The refusal of a request. */
  async refusal(request = this.request()): Promise<AppError> {
    try {
      await this.issue(request);
    } catch (thrown) {
      if (thrown instanceof AppError) return thrown;
      throw thrown;
    }
    throw new Error('was not refused');
  }

  /** The claims of the issued token. */
  async claims(request = this.request()): Promise<Record<string, unknown>> {
    return decodeJwt((await this.issue(request)).access_token);
  }
}
