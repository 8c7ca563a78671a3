import { LifetimeSeconds } from '#contracts';
import { Type } from 'class-transformer';
import { ValidateBy, ValidateIf, ValidateNested, type ValidationArguments } from 'class-validator';

/** A member that may be absent, but not `null`. */
export function Optional(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}

/** A member that may be absent or `null`. */
export function Nullable(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined && value !== null);
}

/** A text of so many characters. */
export function Text(minLength: number, maxLength: number): PropertyDecorator {
  return rule(
    'text',
    (value) => typeof value === 'string' && value.length >= minLength && value.length <= maxLength,
    `must be a string of ${minLength} to ${maxLength} characters`,
    { type: 'string', ...(minLength === 0 ? {} : { minLength }), maxLength },
  );
}

/** A text that matches a pattern. */
export function PatternText(pattern: RegExp, message: string): PropertyDecorator {
  return rule('patternText', (value) => typeof value === 'string' && pattern.test(value), message, {
    type: 'string',
    pattern: pattern.source,
  });
}

/** A list of texts. */
export function Texts(maxItems: number, maxLength: number): PropertyDecorator {
  return rule(
    'texts',
    (value) =>
      Array.isArray(value) &&
      value.length <= maxItems &&
      value.every((item) => typeof item === 'string' && item.length <= maxLength),
    `must be a list of at most ${maxItems} strings of at most ${maxLength} characters`,
    { type: 'array', maxItems, items: { type: 'string', maxLength } },
  );
}

/** `true` or `false`, nothing that looks like it. */
export function Flag(): PropertyDecorator {
  return rule('flag', (value) => typeof value === 'boolean', 'must be true or false', { type: 'boolean' });
}

/** One of a fixed set. */
export function OneOf(values: readonly string[]): PropertyDecorator {
  return rule(
    'oneOf',
    (value) => typeof value === 'string' && values.includes(value),
    `must be one of ${values.join(', ')}`,
    { type: 'string', enum: values },
  );
}

/** A whole number between bounds, both included. */
export function WholeNumber(minimum: number, maximum: number): PropertyDecorator {
  return rule(
    'wholeNumber',
    (value) => Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum,
    `must be a whole number from ${minimum} to ${maximum}`,
    { type: 'integer', minimum, maximum },
  );
}

/** A token lifetime in seconds. */
export function Lifetime(): PropertyDecorator {
  return WholeNumber(LifetimeSeconds.minimum ?? 0, LifetimeSeconds.maximum ?? Number.MAX_SAFE_INTEGER);
}

/** An object with rules of its own, which are those of `type`. */
export function Members(type: new () => object): PropertyDecorator {
  const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  const decorators = [
    ValidateNested({ context: { schema: {}, members: type } satisfies RuleContext }),
    rule('members', isObject, 'must be an object'),
    Type(() => type),
  ];
  return (target, name) => {
    for (const decorate of decorators) decorate(target, name);
  };
}

/** What a rule says of a member in the words of JSON Schema; kept as the `context` of the rule. */
export interface RuleContext {
  readonly schema: Readonly<Record<string, unknown>>;
  /** The class whose rules say the rest, for an object. */
  readonly members?: new () => object;
}

/**
 * A rule of one member; it may look at the whole object. `schema` is what the API's document says of it: every member needs
 * a rule with one. Where rules of a member contradict, the upper has the last word.
 */
export function rule(
  name: string,
  validate: (value: unknown, object: object) => boolean,
  message: string,
  schema: RuleContext['schema'] = {},
): PropertyDecorator {
  return ValidateBy(
    {
      name,
      validator: {
        validate: (value: unknown, facts?: ValidationArguments) => validate(value, facts?.object ?? {}),
      },
    },
    { message, context: { schema } satisfies RuleContext },
  );
}
