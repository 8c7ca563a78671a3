import { AppError, type FieldError } from '#errors';
import type { PipeTransform } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validateSync, type ValidationError } from 'class-validator';
import { fieldError, parsePlainJson } from './plain-json.js';
import { parseMediaType, RawBody } from './raw-body.js';

const UNKNOWN_MEMBER = 'is not a member of this object';

/** How a route takes its body. */
export interface JsonBodyOptions {
  /** No body at all counts as `{}`. */
  readonly optional?: boolean;
  /** `application/merge-patch+json` (RFC 7396) is accepted as well. */
  readonly mergePatch?: boolean;
}

/** Decodes and validates a JSON body as an instance of a DTO class; unknown members are refused. */
export class JsonBodyPipe<T extends object> implements PipeTransform<unknown, T> {
  constructor(
    /** The class of the body; its rules are what the documentation says of it. */
    readonly type: new () => T,
    readonly options: JsonBodyOptions = {},
  ) {}

  transform(body: unknown): T {
    const value = this.decode(body);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new AppError('validation_failed', {
        fields: [{ pointer: '', field: '', message: 'must be a JSON object' }],
      });
    }
    const dto = plainToInstance(this.type, value);
    const errors = validateSync(dto, {
      // A DTO without members has no rules, and still knows what it is.
      forbidUnknownValues: false,
      whitelist: true,
      forbidNonWhitelisted: true,
      stopAtFirstError: true,
      validationError: { target: false },
    });
    const fields = [...fieldsOf(errors, []), ...droppedMembers(value, dto)];
    if (fields.length > 0) throw new AppError('validation_failed', { fields: fields.slice(0, 20) });
    return dto;
  }

  private decode(body: unknown): unknown {
    const isEmpty = !(body instanceof RawBody) || body.bytes.length === 0;
    if (isEmpty && this.options.optional === true) return {};
    if (!(body instanceof RawBody)) throw new AppError('malformed_request', { detail: 'A JSON body is needed.' });
    if (!this.accepts(body.contentType)) {
      throw new AppError('unsupported_media_type', { detail: 'The body must be application/json in UTF-8.' });
    }
    return parsePlainJson(body.bytes);
  }

  private accepts(contentType: string | undefined): boolean {
    const { type, charset } = parseMediaType(contentType);
    const known =
      type === 'application/json' || (this.options.mergePatch === true && type === 'application/merge-patch+json');
    return known && (charset === null || charset === 'utf-8');
  }
}

/** class-transformer leaves out what every object has (`toString`) before anybody could refuse it. */
function droppedMembers(sent: object, dto: object, path: readonly string[] = []): FieldError[] {
  const taken = dto as Readonly<Record<string, unknown>>;
  return Object.entries(sent).flatMap(([name, value]: [string, unknown]) => {
    if (!Object.hasOwn(dto, name)) return [fieldError([...path, name], UNKNOWN_MEMBER)];
    const own = taken[name];
    return isMembers(value) && isMembers(own) ? droppedMembers(value, own, [...path, name]) : [];
  });
}

function isMembers(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(errors: readonly ValidationError[], path: readonly string[]): FieldError[] {
  return errors.flatMap((error) => {
    const at = [...path, error.property];
    const own = Object.entries(error.constraints ?? {}).map(([rule, message]) =>
      fieldError(at, rule === 'whitelistValidation' ? UNKNOWN_MEMBER : plain(message, error.property)),
    );
    return [...own, ...fieldsOf(error.children ?? [], at)];
  });
}

/** class-validator begins its sentences with the property, which the field error already names. */
function plain(message: string, property: string): string {
  return message.startsWith(`${property} `) ? message.slice(property.length + 1) : message;
}
