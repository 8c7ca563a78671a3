export { newCallContext, traceIdOf, type CallContext } from './call-context.js';
export { DurablePublisher, MessageClient, type DurableBatch } from './ports.js';
export { Transport, type IncomingDurableMessage, type IncomingRequest, type MessageHeaders } from './transport.js';
export { ContractMessageClient } from './client/contract-message-client.js';
export { AppErrorRpcFilter } from './server/app-error-rpc.filter.js';
export { ContractServer, type ContractServerOptions } from './server/contract-server.js';
export { Handles, HandlesDurable } from './server/handles.js';
export { TransportDurablePublisher } from './durable/transport-durable-publisher.js';
export { InProcessTransport } from './in-process/in-process-transport.js';
