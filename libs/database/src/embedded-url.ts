/** Parameter that marks the embedded database's URL; `pg` ignores what it does not know. */
const MARK = 'chancery_embedded';

/** The URL of an embedded database that listens on the Unix socket `<folder>/.s.PGSQL.5432`. */
export function embeddedUrl(folder: string): string {
  const parameters = new URLSearchParams({ host: folder, user: 'postgres', [MARK]: '1' });
  return `postgresql:///postgres?${parameters.toString().replaceAll('+', '%20')}`;
}

/** Whether a URL names an embedded database: one session for all, no start-up parameters, no advisory locks needed. */
export function isEmbeddedUrl(url: string): boolean {
  return URL.canParse(url) && new URL(url).searchParams.has(MARK);
}
