import { AppError } from '#errors';

const MAX_RESOURCE_LENGTH = 2_048;
const VISIBLE_ASCII = /^[\x21-\x7e]+$/;

/**
 * Checks the `resource` parameters of a request (RFC 8707 §2). Here a resource names an API by its `client_id`, which may be
 * an absolute URI; they compare as exact strings. "The URI MUST NOT include a fragment component." Repeated values say nothing new.
 *
 * @returns undefined when there is none: the default resources are meant.
 * @throws AppError `invalid_target` for one that cannot name an API.
 */
export function parseResources(values: readonly string[]): readonly string[] | undefined {
  const resources = new Set(values);
  resources.delete('');
  if (resources.size === 0) return undefined;
  for (const resource of resources) {
    if (resource.length > MAX_RESOURCE_LENGTH || !VISIBLE_ASCII.test(resource) || resource.includes('#')) {
      throw new AppError('invalid_target', {
        detail: 'A resource must be a client_id or an absolute URI without a fragment.',
        reason: 'resource_malformed',
      });
    }
  }
  return [...resources];
}

/**
 * The APIs meant out of those within reach. Nothing asked means all of them.
 *
 * @throws AppError `invalid_target` when a resource is unknown or out of reach ("The requested resource is invalid, missing,
 *   unknown, or malformed", RFC 8707 §2); the two look the same.
 */
export function narrowResources(reachable: readonly string[], asked: readonly string[] | undefined): readonly string[] {
  if (asked === undefined) return reachable;
  for (const resource of asked) {
    if (!reachable.includes(resource)) {
      throw new AppError('invalid_target', {
        detail: 'A resource is unknown or grants nothing to this subject.',
        reason: 'resource_out_of_reach',
      });
    }
  }
  return reachable.filter((resource) => asked.includes(resource));
}
