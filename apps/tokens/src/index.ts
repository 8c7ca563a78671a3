export { tokensService } from './tokens.service.js';
