/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A member of an object that is an object itself; an empty one when there is none. */
export function objectAt(value: unknown, name: string): Json {
  const member = isObject(value) ? value[name] : undefined;
  return isObject(member) ? member : {};
}

/** One step of a JSON pointer (RFC 6901 §3). */
export function pointerStep(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}

/** What a local reference points to; undefined when it points to nothing. */
export function atPointer(document: Json, reference: string): unknown {
  return reference
    .replace(/^#\//, '')
    .split('/')
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<unknown>((at, name) => (isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined), document);
}

/** An object of the document, through its reference when it is one. */
export function resolved(document: Json, value: unknown): Json {
  const reference = isObject(value) ? value['$ref'] : undefined;
  const target = typeof reference === 'string' ? atPointer(document, reference) : value;
  return isObject(target) ? target : {};
}

/** Every operation of a document. */
export function operationsOf(document: Json): readonly { method: string; path: string; operation: Json }[] {
  const paths = Object.entries(objectAt(document, 'paths'));
  return paths.flatMap(([path, item]) =>
    Object.entries(isObject(item) ? item : {}).map(([method, operation]) => ({
      method: method.toUpperCase(),
      path,
      operation: isObject(operation) ? operation : {},
    })),
  );
}
