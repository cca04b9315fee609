// Where a key leads to on a grid of pictures. Pure. Not here: the grids (picture-grid.tsx,
// ../browse/tile-grid.tsx).

/** A grid of `count` places in rows of `columns`. */
export interface Places {
  columns: number;
  count: number;
  /** Rows that Page Up and Page Down pass; left out: the keys move nothing. */
  pageRows?: number;
}

/** The place that a key leads to from `at`; null for a key that moves nothing. */
export function placeAfter(key: string, at: number, { columns, count, pageRows }: Places): number | null {
  const last = count - 1;
  const page = (pageRows ?? 0) * columns;
  const moves: Record<string, number> = {
    ArrowLeft: at - 1,
    ArrowRight: at + 1,
    ArrowUp: at - columns,
    ArrowDown: at + columns,
    Home: 0,
    End: last,
    ...(pageRows !== undefined && {
      // As far as there are rows, in the same column.
      PageUp: at - Math.min(page, Math.floor(at / columns) * columns),
      PageDown: at + Math.min(page, Math.floor((last - at) / columns) * columns),
    }),
  };
  const to = moves[key];
  if (to === undefined) return null;
  return to < 0 || to > last ? at : to;
}
