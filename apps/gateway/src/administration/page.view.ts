/** The envelope of lists. */
export interface PageBody<T> {
  readonly data: readonly T[];
  readonly page: {
    readonly next_cursor: string | null;
    readonly total: number;
    /** `gte` when there are more than `total`. */
    readonly total_relation?: 'gte';
  };
}

/** A page as the API shows it. */
export function pageBody<Item, View>(
  page: {
    readonly items: readonly Item[];
    readonly nextCursor: string | null;
    readonly total: number;
    readonly atLeast?: boolean | undefined;
  },
  view: (item: Item) => View,
): PageBody<View> {
  return {
    data: page.items.map(view),
    page: {
      next_cursor: page.nextCursor,
      total: page.total,
      ...(page.atLeast === true ? { total_relation: 'gte' } : {}),
    },
  };
}

/** A list that is always whole, in the envelope of lists. */
export function wholeList<Item, View>(items: readonly Item[], view: (item: Item) => View): PageBody<View> {
  return pageBody({ items, nextCursor: null, total: items.length }, view);
}
