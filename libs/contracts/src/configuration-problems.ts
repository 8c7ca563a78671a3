import { TypeCompiler, type TypeCheck } from '@sinclair/typebox/compiler';
import { Value, ValueErrorType, type ValueError } from '@sinclair/typebox/value';
import { repetitions } from './configuration-repetitions.js';
import { RealmConfiguration } from './configuration.js';

/** Something wrong at one place of a configuration; `pointer` is an RFC 6901 JSON pointer. */
export interface ConfigurationProblem {
  readonly pointer: string;
  readonly message: string;
}

/** Nobody reads more than this at once. */
const MAX_PROBLEMS = 50;

let check: TypeCheck<typeof RealmConfiguration> | undefined;

/**
 * What is wrong with a configuration as far as the document alone can tell: its form, and names that occur twice. The CLI says it
 * before anything is sent, the server checks again.
 */
export function configurationProblems(value: unknown): readonly ConfigurationProblem[] {
  // Large ones are mostly right, and to list what is wrong takes a hundred times as long.
  check ??= TypeCompiler.Compile(RealmConfiguration);
  if (check.Check(value)) return repetitions(value).slice(0, MAX_PROBLEMS);
  const problems: ConfigurationProblem[] = [];
  for (const error of meant(Value.Errors(RealmConfiguration, value))) {
    problems.push({ pointer: error.path, message: wording(error) });
    if (problems.length === MAX_PROBLEMS) return problems;
  }
  return withoutRepetition(problems);
}

/** A member that is missing is also "not a string": one sentence is enough. */
function withoutRepetition(problems: readonly ConfigurationProblem[]): readonly ConfigurationProblem[] {
  const seen = new Set<string>();
  return problems.filter(({ pointer }) => !seen.has(pointer) && seen.add(pointer));
}

function wording(error: ValueError): string {
  const { type, schema, message } = error;
  if (type === ValueErrorType.ObjectAdditionalProperties) return 'is not a member of this object';
  if (type === ValueErrorType.ObjectRequiredProperty) return 'is missing';
  if (type === ValueErrorType.ObjectMinProperties || type === ValueErrorType.ObjectMaxProperties) {
    return `must be: ${String(schema.description)}`;
  }
  // A pattern is for machines.
  if (type === ValueErrorType.StringPattern && schema.description !== undefined) return `must be ${schema.description}`;
  if (type === ValueErrorType.Union) return `must be ${variantsOf(error).map(nameOf).join(' or ')}`;
  // What is of the right type, but too long or too large, need not hear of what type it is.
  return message
    .replace(/^Expected string length /, 'must have a length ')
    .replace(/^Expected array length to be /, 'must have a length ')
    .replace(/^Expected (?:integer|number) to be /, 'must be ')
    .replace(/^Expected /, 'must be ');
}

/** What is wrong; of a value that is meant to be a certain one of several variants what it lacks to be that. */
function* meant(errors: Iterable<ValueError>): Generator<ValueError> {
  for (const error of errors) {
    const matching = variantsOf(error).flatMap((variant, index) => (isOfType(variant, error.value) ? [index] : []));
    const [variant, ...others] = matching;
    const within = variant === undefined || others.length > 0 ? undefined : error.errors[variant];
    if (within === undefined) yield error;
    else yield* meant(within);
  }
}

interface Variant {
  readonly const?: unknown;
  readonly type?: string;
  readonly required?: readonly string[];
}

function variantsOf({ type, schema }: ValueError): readonly Variant[] {
  return type === ValueErrorType.Union ? ((schema['anyOf'] ?? []) as readonly Variant[]) : [];
}

function isOfType({ const: only, type }: Variant, value: unknown): boolean {
  if (only !== undefined) return false;
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return (type === 'integer' ? 'number' : type) === typeof value;
}

/** An object by the members that it needs: which one is meant shows only by them. */
function nameOf({ const: only, type, required = [] }: Variant): string {
  return type === 'object' ? `{${required.join(', ')}}` : String(only ?? type ?? 'a value');
}
