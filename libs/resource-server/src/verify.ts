export { AccessTokenError, type AccessTokenErrorCode } from './verification/access-token-error.js';
export {
  AccessTokenVerifier,
  createAccessTokenVerifier,
  verifyAccessToken,
} from './verification/access-token-verifier.js';
export {
  SIGNATURE_ALGORITHMS,
  type AccessTokenVerifierOptions,
  type SignatureAlgorithm,
  type TrustedIssuer,
} from './verification/options.js';
export type { VerifiedAccessToken } from './verification/verified-access-token.js';
export { accessTokenOf, authorize } from './http/authorize.js';
export type { RequestHeaders } from './http/bearer.js';
export { requireAccessToken } from './http/express.js';
export { accessTokenHook } from './http/fastify.js';
export { refusalOf, type Refusal } from './http/refusal.js';
export { requireAccess, type AccessRequirements } from './http/requirements.js';
