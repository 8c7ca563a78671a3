const REALM_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/** Whether a string can be a realm's name at all; anything else is not worth a look-up. */
export function isRealmName(name: string): boolean {
  return REALM_NAME.test(name);
}

/** Issuer identifiers (RFC 8414 §2). Made of the public URL only, never of what a request claims about its host. */
export class Issuers {
  private readonly prefix: string;

  /** @param publicUrl without a trailing slash */
  constructor(publicUrl: string) {
    this.prefix = `${publicUrl}/realms/`;
  }

  /** The issuer of a realm. A realm's name holds only characters that need no escape in a path. */
  of(realmName: string): string {
    return this.prefix + realmName;
  }

  /** The realm whose issuer this is exactly, or null. */
  realmOf(issuer: string): string | null {
    if (!issuer.startsWith(this.prefix)) return null;
    const name = issuer.slice(this.prefix.length);
    return isRealmName(name) ? name : null;
  }
}
