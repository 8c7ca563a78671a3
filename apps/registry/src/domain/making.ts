/** What the members of a configuration are made with. */
export interface Making {
  readonly now: Date;
  readonly makeId: () => string;
}
