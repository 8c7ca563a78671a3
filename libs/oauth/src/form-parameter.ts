/** The form of a request of the token endpoint, each parameter at most once (RFC 6749 §3.2). */
export type FormParameters = Readonly<Record<string, string>>;

/**
 * A parameter's value. RFC 6749 §3.2: "Parameters sent without a value MUST be treated as if they were omitted from the
 * request."
 */
export function formParameter(parameters: FormParameters, name: string): string | undefined {
  const value = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
  return value === '' ? undefined : value;
}
