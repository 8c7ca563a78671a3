export { newCallContext, requireTimeLeft, traceIdOf, type CallContext } from './call-context.js';
export { DurablePublisher, MessageClient, type DurableBatch } from './ports.js';
export { deadlineNow } from './deadline-clock.js';
export {
  MAX_PAYLOAD_BYTES,
  Transport,
  type IncomingDurableMessage,
  type IncomingRequest,
  type MessageHeaders,
} from './transport.js';
export { ContractMessageClient } from './client/contract-message-client.js';
export { ContractServer, type ContractServerOptions } from './server/contract-server.js';
export { Handles, HandlesDurable } from './server/handles.js';
export { TransportDurablePublisher } from './durable/transport-durable-publisher.js';
export { InProcessTransport } from './in-process/in-process-transport.js';
export { NatsTransport, type NatsTransportOptions } from './nats/nats-transport.js';
export { natsPermissionsOf, type NatsPermissions } from './nats-permissions.js';
export type { StreamLimits } from './nats/stream-setup.js';
