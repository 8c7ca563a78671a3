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
  for (const error of Value.Errors(RealmConfiguration, value)) {
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

function wording({ type, schema, message }: ValueError): string {
  if (type === ValueErrorType.ObjectAdditionalProperties) return 'is not a member of this object';
  if (type === ValueErrorType.ObjectRequiredProperty) return 'is missing';
  if (type === ValueErrorType.ObjectMinProperties || type === ValueErrorType.ObjectMaxProperties) {
    return `must be: ${String(schema.description)}`;
  }
  if (type !== ValueErrorType.Union) return message.replace(/^Expected /, 'must be ');
  const variants = (schema['anyOf'] ?? []) as readonly { readonly const?: unknown; readonly type?: string }[];
  return `must be ${variants.map(({ const: only, type: kind }) => String(only ?? kind ?? 'a value')).join(' or ')}`;
}
