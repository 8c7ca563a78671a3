export { formParameter, type FormParameters } from './form-parameter.js';
export { parseBasicCredentials, type BasicCredentials } from './basic-credentials.js';
export {
  claimedClientId,
  clientAuthenticationFailed,
  CLIENT_AUTHENTICATION_METHODS,
  parseClientAuthentication,
  type ClientAuthentication,
  type ClientAuthenticationMethod,
} from './client-authentication.js';
export { requireGrantType } from './grant-type.js';
export { formatScope, isScopeToken, narrowScope, parseScope } from './scope.js';
export { narrowResources, parseResources } from './resource.js';
