import type { ClientUriKind } from '#contracts';
import { AppError } from '#errors';
import { Problems } from './problems.js';
import { checkVersion } from './refusals.js';
import { redirectUriProblem, type RedirectUri } from './redirect-uri.js';
import { webOriginProblem } from './web-origin.js';

/** A URI of a client, whatever it is for; compared as an exact string. */
export type ClientUri = RedirectUri;

/** Whose URI it is. */
export interface UriOwner {
  readonly realmId: string;
  readonly id: string;
}

/** How many URIs of one kind a client may have. */
export const MAX_CLIENT_URIS = 100;

/** Says why a URI is refused, or null when it is accepted. Sign-out hands `state` back as sign-in does, so one rule serves for both. */
export function clientUriProblem(
  kind: ClientUriKind,
  value: string,
  client: { readonly publicClient: boolean },
): string | null {
  return kind === 'web_origin' ? webOriginProblem(value) : redirectUriProblem(value, client);
}

/**
 * Checks a URI that is to be added.
 *
 * @throws AppError `validation_failed` with the reason, `conflict` when it is there already or there are too many.
 */
export function checkNewClientUri(
  kind: ClientUriKind,
  value: string,
  client: { readonly publicClient: boolean },
  present: readonly ClientUri[],
): void {
  const problems = new Problems();
  problems.add('/value', clientUriProblem(kind, value, client));
  problems.throwIfAny();
  if (present.some((uri) => uri.value === value)) throw uriTaken();
  if (present.length >= MAX_CLIENT_URIS) {
    throw new AppError('conflict', {
      detail: `The client has ${MAX_CLIENT_URIS} of these already, which is the limit.`,
      reason: 'too_many_uris',
    });
  }
}

/** The URI of an id. @throws AppError `not_found`. */
export function clientUriOf(present: readonly ClientUri[], id: string): ClientUri {
  const uri = present.find((candidate) => candidate.id === id);
  if (uri === undefined)
    throw new AppError('not_found', { detail: 'No such URI of this client.', reason: 'unknown_uri' });
  return uri;
}

/** Optimistic concurrency: the version of a URI is when it changed last. @throws AppError `precondition_failed`. */
export function checkUriVersion(ifVersion: number | null, { updatedAt }: ClientUri): void {
  checkVersion(ifVersion, updatedAt.getTime());
}

/** The client has this very value already. */
export function uriTaken(): AppError {
  return new AppError('conflict', { detail: 'The client has this value already.', reason: 'uri_taken' });
}

/** Reads the URIs of clients. Also the dependency-injection token. */
export abstract class ClientUriRepository {
  /** Those of one kind, oldest first. */
  abstract list(kind: ClientUriKind, owner: UriOwner): Promise<readonly ClientUri[]>;
  /** Those of one kind of many clients, by the client's UUID; clients without any are missing. */
  abstract listMany(
    kind: ClientUriKind,
    realmId: string,
    clientIds: readonly string[],
  ): Promise<ReadonlyMap<string, readonly ClientUri[]>>;
}

/** The URIs of clients within a transaction; the client is locked by whoever writes. */
export interface ClientUriStore extends ClientUriRepository {
  /** @throws AppError `conflict` when the client has the value already. */
  insert(kind: ClientUriKind, owner: UriOwner, uri: ClientUri): Promise<void>;
  /** Inserts URIs of clients that have none of the kind yet. */
  insertMany(
    kind: ClientUriKind,
    uris: readonly { readonly owner: UriOwner; readonly uri: ClientUri }[],
  ): Promise<void>;
  /** Stores whether it is enabled, and when that changed. */
  update(kind: ClientUriKind, owner: UriOwner, uri: ClientUri): Promise<void>;
  delete(kind: ClientUriKind, owner: UriOwner, id: string): Promise<void>;
}
