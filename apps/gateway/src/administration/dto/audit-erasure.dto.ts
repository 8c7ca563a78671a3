import { Uuid } from '#contracts';
import { PatternText, Text } from './members.js';

/** Body of `POST /realms/{r}/audit/erasures`. */
export class ErasePersonalDataDto {
  @PatternText(new RegExp(Uuid.pattern ?? ''), 'must be the id of a user or service account')
  readonly subject_id!: string;

  @Text(1, 500)
  readonly reason!: string;
}
