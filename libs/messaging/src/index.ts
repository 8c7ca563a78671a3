export * from './call-context.js';
export * from './ports.js';
export * from './transport.js';
