export { isMasterKey } from './master-key-format.js';
export { MasterKey, type SealedPrivateKey } from './master-key.js';
