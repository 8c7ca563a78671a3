import { MAX_BULK_ASSIGNMENTS, PermissionName, RoleName, Uuid } from '#contracts';
import { Nullable, Optional, PatternText, rule, Text, Texts } from './members.js';

const NAME_OF_ROLE = 'must be 1 to 255 characters without control characters or blanks at the ends';
const NAME_OF_PERMISSION = 'must be 1 to 100 visible ASCII characters without quotes or backslashes';
const UUID = new RegExp(Uuid.pattern ?? '');

const RoleNameText = () => PatternText(new RegExp(`^(?=.{1,255}$)(?:${RoleName.pattern ?? ''})`, 's'), NAME_OF_ROLE);
const PermissionNameText = () => PatternText(new RegExp(PermissionName.pattern ?? ''), NAME_OF_PERMISSION);
/** Names of permissions; whether they exist is for the role service to say. */
const Permissions = () => Texts(64, 100);

/** Ids, at most as many as one call may change. */
function Ids(): PropertyDecorator {
  return rule(
    'ids',
    (value) =>
      Array.isArray(value) &&
      value.length <= MAX_BULK_ASSIGNMENTS &&
      value.every((item) => typeof item === 'string' && UUID.test(item)),
    `must be a list of at most ${MAX_BULK_ASSIGNMENTS} ids`,
    { type: 'array', maxItems: MAX_BULK_ASSIGNMENTS, items: { type: 'string', pattern: UUID.source } },
  );
}

/** Body of `POST /realms/{r}/permissions` and `POST /realms/{r}/clients/{id}/permissions`. */
export class CreatePermissionDto {
  @PermissionNameText()
  readonly name!: string;

  @Nullable()
  @Text(0, 2_000)
  readonly description?: string | null;
}

/** Body of `PATCH …/permissions/{name}`: absent members stay, `null` clears. */
export class UpdatePermissionDto {
  @Optional()
  @PermissionNameText()
  readonly name?: string;

  @Nullable()
  @Text(0, 2_000)
  readonly description?: string | null;
}

/** Body of `POST /realms/{r}/roles` and `POST /realms/{r}/clients/{id}/roles`. */
export class CreateRoleDto {
  @RoleNameText()
  readonly name!: string;

  @Nullable()
  @Text(0, 2_000)
  readonly description?: string | null;

  @Optional()
  @Permissions()
  readonly permissions?: string[];
}

/** Body of `PUT /realms/{r}/roles/{id}`: changes only what it names. */
export class UpdateRoleDto {
  @Optional()
  @RoleNameText()
  readonly name?: string;

  @Nullable()
  @Text(0, 2_000)
  readonly description?: string | null;

  @Optional()
  @Permissions()
  readonly permissions?: string[];
}

/** Body of `PATCH /realms/{r}/roles/{id}/permissions`: the whole set, or what to add and what to remove. */
export class PatchRolePermissionsDto {
  @Optional()
  @Permissions()
  readonly permissions?: string[];

  @Optional()
  @Permissions()
  readonly add?: string[];

  @Optional()
  @Permissions()
  readonly remove?: string[];
}

/** Body of `POST /realms/{r}/roles/{id}/impact`. */
export class RoleImpactDto {
  @Permissions()
  readonly permissions!: string[];
}

/** Body of `PATCH /realms/{r}/users/{id}/roles` (role ids) and of `PATCH /realms/{r}/roles/{id}/subjects` (user ids). */
export class ChangeAssignmentsDto {
  @Optional()
  @Ids()
  readonly add?: string[];

  @Optional()
  @Ids()
  readonly remove?: string[];
}

/** Body of `POST /realms/{r}/clients/{id}/evaluate`. */
export class EvaluateDto {
  @Nullable()
  @Text(0, 8_192)
  readonly scope?: string | null;

  /** One API or several, as RFC 8707 repeats the parameter. */
  @Nullable()
  @rule(
    'resources',
    isResources,
    'must be a string, or a list of at most 50 strings, of at most 2048 characters each',
    {
      anyOf: [
        { type: 'string', maxLength: 2_048 },
        { type: 'array', maxItems: 50, items: { type: 'string', maxLength: 2_048 } },
      ],
    },
  )
  readonly resource?: string | string[] | null;

  @Nullable()
  @PatternText(UUID, 'must be the id of a user')
  readonly user_id?: string | null;
}

function isResources(value: unknown): boolean {
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return list.length <= 50 && list.every((item) => typeof item === 'string' && item.length <= 2_048);
}
