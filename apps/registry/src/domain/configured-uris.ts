import type { ConfiguredUri } from '#contracts';
import { MAX_CLIENT_URIS, clientUriProblem, type ClientUri } from './client-uri.js';
import type { Making } from './making.js';
import { Problems } from './problems.js';

/** Kinds of URIs that are kept beside a client, not in it: nothing that the client itself shows changes with them. */
export const SIDE_URI_KINDS = ['post_logout_redirect', 'web_origin'] as const;
/** A kind of URIs that are kept beside a client. */
export type SideUriKind = (typeof SIDE_URI_KINDS)[number];
/** The URIs that are kept beside a client. */
export type SideUris = Readonly<Record<SideUriKind, readonly ClientUri[]>>;

/** Of a client that has none. */
export const NO_SIDE_URIS: SideUris = { post_logout_redirect: [], web_origin: [] };

/** How a configuration names the lists of a client's URIs. */
export const URI_LISTS = {
  redirect: 'redirect_uris',
  post_logout_redirect: 'post_logout_redirect_uris',
  web_origin: 'web_origins',
} as const;

/** The lists of URIs of a client, as a configuration has them. */
export type ConfiguredUriLists = {
  readonly [Member in (typeof URI_LISTS)[keyof typeof URI_LISTS]]?: readonly ConfiguredUri[] | undefined;
};

/** Whose URIs they are, and what is asked for. */
export interface WantedUris {
  readonly kind: keyof typeof URI_LISTS;
  readonly configured: ConfiguredUriLists;
  /** Whether URIs that are not mentioned go. */
  readonly prune: boolean;
  readonly publicClient: boolean;
}

/**
 * The URIs of one kind after a configuration; the very same list when nothing differs. What stays keeps its id.
 *
 * @throws AppError `validation_failed` with pointers into the list.
 */
export function urisAfter(present: readonly ClientUri[], wanted: WantedUris, making: Making): readonly ClientUri[] {
  const entries = wanted.configured[URI_LISTS[wanted.kind]];
  if (entries === undefined) return present;
  const known = new Map(present.map((uri) => [uri.value, uri]));
  const mentioned = entries.map((entry) => uriAfter(known, entry, making));
  const values = new Set(mentioned.map(({ value }) => value));
  const others = wanted.prune ? [] : present.filter(({ value }) => !values.has(value));
  const same =
    others.length + mentioned.length === present.length && mentioned.every((uri) => uri === known.get(uri.value));
  if (same) return present;
  check(mentioned, others.length, wanted);
  return [...others, ...mentioned];
}

/** The URIs beside a client after a configuration; the very same object when nothing differs. @throws as `urisAfter`. */
export function sideUrisAfter(present: SideUris, wanted: Omit<WantedUris, 'kind'>, making: Making): SideUris {
  const [postLogout, origins] = SIDE_URI_KINDS.map((kind) => urisAfter(present[kind], { ...wanted, kind }, making));
  const after = {
    post_logout_redirect: postLogout ?? present.post_logout_redirect,
    web_origin: origins ?? present.web_origin,
  };
  return SIDE_URI_KINDS.every((kind) => after[kind] === present[kind]) ? present : after;
}

/** URIs as a configuration shows them. */
export function configuredUrisOf(uris: readonly ClientUri[]): ConfiguredUri[] {
  return uris
    .toSorted((left, right) => (left.value < right.value ? -1 : 1))
    .map(({ value, enabled }) => (enabled ? value : { value, enabled }));
}

/** Which of them came, changed, or went. */
export function uriDifferences(
  before: readonly ClientUri[],
  after: readonly ClientUri[],
): {
  readonly added: readonly ClientUri[];
  readonly updated: readonly ClientUri[];
  readonly removed: readonly ClientUri[];
} {
  if (before === after) return { added: [], updated: [], removed: [] };
  const former = new Map(before.map((uri) => [uri.id, uri]));
  const kept = new Set(after.map(({ id }) => id));
  return {
    added: after.filter(({ id }) => !former.has(id)),
    updated: after.filter((uri) => former.has(uri.id) && former.get(uri.id)?.enabled !== uri.enabled),
    removed: before.filter(({ id }) => !kept.has(id)),
  };
}

function uriAfter(present: ReadonlyMap<string, ClientUri>, entry: ConfiguredUri, making: Making): ClientUri {
  const { value, enabled } = typeof entry === 'string' ? { value: entry, enabled: true } : entry;
  const before = present.get(value);
  const { now } = making;
  if (before === undefined) return { id: making.makeId(), value, enabled, createdAt: now, updatedAt: now };
  if (before.enabled === enabled) return before;
  // Later than before, whatever the clock says: it is the version.
  const updatedAt = new Date(Math.max(now.getTime(), before.updatedAt.getTime() + 1));
  return { ...before, enabled, updatedAt };
}

/** What is there already was checked when it came. */
function check(mentioned: readonly ClientUri[], others: number, { kind, publicClient }: WantedUris): void {
  const problems = new Problems();
  const list = URI_LISTS[kind];
  mentioned.forEach(({ value }, index) => {
    problems.add(`/${list}/${index}`, clientUriProblem(kind, value, { publicClient }));
  });
  if (others + mentioned.length > MAX_CLIENT_URIS) {
    problems.add(`/${list}`, `would be more than ${MAX_CLIENT_URIS}: the client has ${others} others already`);
  }
  problems.throwIfAny();
}
