import { RETENTION_CLASSES, type RetentionClass } from '#contracts';
import { OneOf } from './members.js';

/** Body of `PUT /realms/{r}/audit/retention`. */
export class SetAuditRetentionDto {
  @OneOf(RETENTION_CLASSES)
  readonly retention!: RetentionClass;
}
