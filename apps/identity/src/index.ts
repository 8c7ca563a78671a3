export { BootstrapNotice } from './domain/bootstrap-notice.js';
export { identityService } from './identity.service.js';
