import { Type, type TSchema } from '@sinclair/typebox';
import { defineCall, type SnapshotContract } from './contract.js';
import type { ServiceName } from './service-names.js';

/** The request of every snapshot's `load` call: keys in any order, at most 200. */
export const LoadSnapshotsRequest = Type.Object({
  keys: Type.Array(Type.String({ minLength: 1, maxLength: 1_024 }), { minItems: 1, maxItems: 200 }),
});

/**
 * The reply of a `load` call: one entry for each key, in the order asked. `version` grows with every change of the key
 * (a sequence of the owning service, so also over delete and re-creation); 0 with `value: null` means it never existed.
 */
export function loadSnapshotsReply<Value extends TSchema>(value: Value) {
  return Type.Object({
    snapshots: Type.Array(
      Type.Object({
        key: Type.String(),
        version: Type.Integer({ minimum: 0 }),
        value: Type.Union([value, Type.Null()]),
      }),
    ),
  });
}

/** Declares a snapshot and its load call `<service>.<noun>.load.v1`. */
export function defineSnapshot<Value extends TSchema>(options: {
  name: `${ServiceName}.${string}`;
  readers: readonly ServiceName[];
  value: Value;
  ttlSeconds?: number;
}): SnapshotContract<Value> {
  return {
    kind: 'snapshot',
    name: options.name,
    service: options.name.split('.')[0] as ServiceName,
    value: options.value,
    load: defineCall({
      subject: `${options.name}.load.v1` as `${ServiceName}.${string}.${string}.v${number}`,
      callers: options.readers,
      request: LoadSnapshotsRequest,
      reply: loadSnapshotsReply(options.value),
      deadlineMs: 2_000,
      grouped: true,
    }),
    ttlSeconds: options.ttlSeconds ?? 60,
  };
}
