import type { ErrorCode } from '#errors';
import type { TSchema } from '@sinclair/typebox';

/**
 * What the decorators of a route do not say. Everything else (path, parameters of the path, body, permissions, status of
 * success, usual errors) is read from the code.
 */
export interface OperationDoc {
  /** `operationId`: a verb and what it is about; unique. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  /** The body of a success; null when there is none. Schemas with an `$id` become components. */
  readonly answer: TSchema | null;
  /** The type of that body; `application/json` unless given. */
  readonly answerType?: string;
  /** What the route reads of its query, by name. */
  readonly query?: Readonly<Record<string, TSchema>>;
  /** Those of its query that must be given. */
  readonly required?: readonly string[];
  /** A query that works, when one must be given; tests send it. */
  readonly exampleQuery?: Readonly<Record<string, string>>;
  /** The success has an `ETag`; a GET then honours `If-None-Match`. */
  readonly tagged?: boolean;
  /** The success has a `Location`. */
  readonly located?: boolean;
  /** The route honours `If-Match`. */
  readonly conditional?: boolean;
  /** A body of which a DTO class does not say enough. */
  readonly body?: { readonly type: string; readonly schema: TSchema };
  /** A body that works; tests send it. */
  readonly example?: unknown;
  /** Header parameters other than the conditional ones, by name. */
  readonly headers?: Readonly<Record<string, TSchema>>;
  /** Headers that some successes have, by name. */
  readonly answerHeaders?: Readonly<Record<string, TSchema>>;
  /** Errors beyond those that every route of its kind has. */
  readonly errors?: readonly ErrorCode[];
  /** Answers that are neither the success nor an error of the product, by status. */
  readonly others?: Readonly<Record<number, { readonly description: string; readonly schema: TSchema }>>;
  /** The route answers errors as RFC 6749 §5.2 says, and authenticates clients, not bearers. */
  readonly oauth?: boolean;
}

/** The operations of one resource, each under its method and path (`GET /realms/{realm}`). */
export interface ResourceDoc {
  /** The tag of its operations. */
  readonly name: string;
  readonly description: string;
  readonly operations: Readonly<Record<string, OperationDoc>>;
}
