/** Members of errors, beside the message and the stack, that say what went wrong and never what was being worked with. */
const TELLING = ['code', 'reason', 'severity', 'schema', 'table', 'constraint', 'routine', 'syscall', 'errno'] as const;
/** Far more than errors are ever nested. */
const MAX_DEPTH = 8;

/**
 * An error as the log shows it. Only members that are known to be harmless: a failed query has its parameters with it, PostgreSQL's
 * `detail` the row, an HTTP client its headers, and secrets are among them.
 */
export function errorFields(error: unknown, depth = 0): unknown {
  if (!isError(error)) return typeof error === 'object' ? { type: 'no error' } : error;
  const members = error as unknown as Readonly<Record<string, unknown>>;
  const telling = TELLING.flatMap((name) => {
    const value = members[name];
    return typeof value === 'string' || typeof value === 'number' ? [[name, value] as const] : [];
  });
  const { cause } = error;
  return {
    type: error.name,
    message: error.message,
    ...Object.fromEntries(telling),
    stack: error.stack,
    ...(cause === undefined || depth >= MAX_DEPTH ? {} : { cause: errorFields(cause, depth + 1) }),
    ...(error instanceof AggregateError && depth < MAX_DEPTH
      ? { errors: error.errors.map((each: unknown) => errorFields(each, depth + 1)) }
      : {}),
  };
}

/** By its members: an error of Node's own modules need not be of this realm's `Error`. */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && 'stack' in value;
}
