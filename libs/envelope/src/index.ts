export { IsMasterKey } from './is-master-key.js';
export { MasterKey, type SealedPrivateKey } from './master-key.js';
