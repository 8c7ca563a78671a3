import { AppError } from '#errors';
import { formParameter, type FormParameters } from './form-parameter.js';

/**
 * The request's grant type (RFC 6749 §4, §5.2).
 *
 * @throws AppError `invalid_request` when it is missing, `unsupported_grant_type` when the server does not offer it.
 */
export function requireGrantType<T extends string>(parameters: FormParameters, supported: readonly T[]): T {
  const asked = formParameter(parameters, 'grant_type');
  if (asked === undefined) {
    throw new AppError('invalid_request', {
      detail: 'The parameter grant_type is missing.',
      reason: 'grant_type_missing',
    });
  }
  const found = supported.find((grantType) => grantType === asked);
  if (found === undefined) {
    throw new AppError('unsupported_grant_type', {
      detail: 'This grant_type is not supported.',
      reason: 'grant_type_unsupported',
    });
  }
  return found;
}
