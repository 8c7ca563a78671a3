import { Uuid } from '#contracts';
import { AppError } from '#errors';
import type { PipeTransform } from '@nestjs/common';

const UUID = new RegExp(Uuid.pattern ?? '');

/** Takes an id out of a path. What is no UUID names nothing, and is answered like an id that nobody has. */
export class UuidPipe implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    if (typeof value === 'string' && UUID.test(value)) return value;
    throw new AppError('not_found');
  }
}
