export { registryService } from './registry.service.js';
