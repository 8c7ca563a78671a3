/** Body of `POST /realms/{r}/keys/rotate`: none, or an empty object. */
export class RotateKeyDto {}
