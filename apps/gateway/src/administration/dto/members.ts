import { LifetimeSeconds } from '#contracts';
import { ValidateBy, ValidateIf, type ValidationArguments } from 'class-validator';

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
  );
}

/** A text that matches a pattern. */
export function PatternText(pattern: RegExp, message: string): PropertyDecorator {
  return rule('patternText', (value) => typeof value === 'string' && pattern.test(value), message);
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
  );
}

/** `true` or `false`, nothing that looks like it. */
export function Flag(): PropertyDecorator {
  return rule('flag', (value) => typeof value === 'boolean', 'must be true or false');
}

/** One of a fixed set. */
export function OneOf(values: readonly string[]): PropertyDecorator {
  return rule(
    'oneOf',
    (value) => typeof value === 'string' && values.includes(value),
    `must be one of ${values.join(', ')}`,
  );
}

/** A whole number between bounds, both included. */
export function WholeNumber(minimum: number, maximum: number): PropertyDecorator {
  return rule(
    'wholeNumber',
    (value) => Number.isInteger(value) && (value as number) >= minimum && (value as number) <= maximum,
    `must be a whole number from ${minimum} to ${maximum}`,
  );
}

/** A token lifetime in seconds. */
export function Lifetime(): PropertyDecorator {
  return WholeNumber(LifetimeSeconds.minimum ?? 0, LifetimeSeconds.maximum ?? Number.MAX_SAFE_INTEGER);
}

/** A rule of one member; it may look at the whole object. */
export function rule(
  name: string,
  validate: (value: unknown, object: object) => boolean,
  message: string,
): PropertyDecorator {
  return ValidateBy(
    {
      name,
      validator: {
        validate: (value: unknown, facts?: ValidationArguments) => validate(value, facts?.object ?? {}),
      },
    },
    { message },
  );
}
