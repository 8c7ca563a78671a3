/** The roles service has no settings of its own: what it needs, every service has. */
export class RolesSettings {}
