export { rolesService } from './roles.service.js';
