/** What a service waits for before it takes traffic. Also the dependency-injection token. */
export class Readiness {
  private readonly checks = new Map<string, () => boolean | Promise<boolean>>();

  /** Adds a named check; the service is ready when all answer true. */
  register(name: string, check: () => boolean | Promise<boolean>): void {
    this.checks.set(name, check);
  }

  /** Runs every check; one that throws counts as not ready. */
  async report(): Promise<{ readonly ready: boolean; readonly checks: Readonly<Record<string, boolean>> }> {
    const entries = await Promise.all(
      [...this.checks].map(async ([name, check]) => {
        try {
          return [name, await check()] as const;
        } catch {
          return [name, false] as const;
        }
      }),
    );
    return { ready: entries.every(([, ok]) => ok), checks: Object.fromEntries(entries) };
  }
}
