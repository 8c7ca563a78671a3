/** An object whose members may be absent, but never `undefined`. */
export type Defined<T> = { -readonly [K in keyof T]?: Exclude<T[K], undefined> };

/** Drops members that are `undefined`: on the bus absent means "leave it as it is", and `undefined` is no JSON. */
export function defined<T extends object>(members: T): Defined<T> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as Defined<T>;
}
