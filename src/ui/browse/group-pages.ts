// Groups of duplicates in pages that show so many pictures at most. Pure. Not here: drawing them
// (duplicate-groups.tsx).

/** Of one group at most: more are ticked and counted, not shown. */
export const SHOWN_OF_GROUP = 24;
/** On a page at most, unless its first group alone has more. */
const SHOWN_ON_PAGE = 72;

/** Groups `from` up to, not including, `to`. */
export interface GroupPage {
  from: number;
  to: number;
}

/** Every group is on one page, in their order. */
export function pagesOf(groups: readonly { length: number }[]): GroupPage[] {
  const pages: GroupPage[] = [];
  let page: GroupPage | null = null;
  let shown = 0;
  for (const [i, { length }] of groups.entries()) {
    const more = Math.min(length, SHOWN_OF_GROUP);
    if (!page || shown + more > SHOWN_ON_PAGE) {
      page = { from: i, to: i };
      pages.push(page);
      shown = 0;
    }
    page.to = i + 1;
    shown += more;
  }
  return pages;
}

/** All but the first of each group, which is of the largest file. */
export const allButLargest = (groups: readonly Uint32Array[]): Set<number> =>
  new Set(groups.flatMap((group) => [...group.subarray(1)]));
