import { describe, expect, it } from '@jest/globals';
import {
  Flag,
  Nullable,
  OneOf,
  Optional,
  PatternText,
  rule,
  Text,
  Texts,
  WholeNumber,
} from '../administration/dto/members.js';
import { bodySchema } from './body-schema.js';
import { Components } from './components.js';

abstract class BaseDto {
  @Optional()
  @Flag()
  readonly flag?: boolean;
}

class SampleDto extends BaseDto {
  @Text(1, 9)
  readonly text!: string;

  @Nullable()
  @OneOf(['a', 'b'])
  readonly word?: 'a' | 'b' | null;

  @Optional()
  @rule('small', (value) => value !== 3, 'must not be 3', { maximum: 2 })
  @WholeNumber(0, 9)
  readonly number?: number;

  @Texts(3, 5)
  readonly texts!: string[];

  @PatternText(/^x/, 'must begin with x')
  readonly pattern!: string;
}

class SilentDto {
  @rule('odd', () => true, 'must be odd')
  readonly member!: unknown;
}

describe('the schema of a body', () => {
  it('says what the rules of the class say, inherited ones too', () => {
    expect(bodySchema(SampleDto)).toEqual({
      $id: 'Sample',
      type: 'object',
      properties: {
        flag: { type: 'boolean' },
        text: { type: 'string', minLength: 1, maxLength: 9 },
        word: { type: ['string', 'null'], enum: ['a', 'b', null] },
        number: { type: 'integer', minimum: 0, maximum: 2 },
        texts: { type: 'array', maxItems: 3, items: { type: 'string', maxLength: 5 } },
        pattern: { type: 'string', pattern: '^x' },
      },
      required: expect.arrayContaining(['text', 'texts', 'pattern']),
      additionalProperties: false,
    });
    expect(bodySchema(SampleDto)['required']).toHaveLength(3);
  });

  it('refuses a member of which no rule says what it looks like', () => {
    expect(() => bodySchema(SilentDto)).toThrow('SilentDto.member');
  });

  it('is kept once under its name, and never under that of another', () => {
    const components = new Components();
    expect(components.schema(bodySchema(SampleDto))).toEqual({ $ref: '#/components/schemas/Sample' });
    components.schema({ type: 'array', items: bodySchema(SampleDto) });
    expect(Object.keys(components.all())).toEqual(['Sample']);
    expect(() => components.schema({ $id: 'Sample', type: 'string' })).toThrow('Sample');
  });
});
