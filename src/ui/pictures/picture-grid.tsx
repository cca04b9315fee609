// Pictures as buttons in rows: one stop of the Tab key, arrow keys move between the pictures. Not here: one
// picture (picture-tile.tsx), pictures that cannot be pressed.
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { placeAfter } from './place-after.ts';

interface Props {
  /** Accessible name. */
  label: string;
  columns: number;
  count: number;
  class?: string;
  /** The place that Tab reaches first; 0 by default. */
  start?: number;
  /** Headers above the columns and over the rows; left out: none. */
  columnName?: (column: number) => ComponentChildren;
  rowName?: (row: number) => ComponentChildren;
  /** The picture of a place, with `tabIndex` on its button. */
  tile: (index: number, tabIndex: 0 | -1) => ComponentChildren;
}

/** Rows of `columns` places. The place that had the focus last is the one that Tab reaches. */
export function PictureGrid({
  label,
  columns,
  count,
  class: className = 'grid',
  start = 0,
  ...parts
}: Props) {
  const { columnName, rowName, tile } = parts;
  const ref = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState(start);
  const at = Math.min(place, count - 1);
  const onKey = (event: KeyboardEvent): void => {
    const to = placeAfter(event.key, at, { columns, count });
    if (to === null || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    setPlace(to);
    ref.current?.querySelectorAll('button')[to]?.focus();
  };
  const onFocus = (event: FocusEvent): void => {
    const buttons = [...(ref.current?.querySelectorAll('button') ?? [])];
    const now = buttons.findIndex((button) => button === event.target);
    if (now >= 0) setPlace(now);
  };
  const rows = Array.from({ length: Math.ceil(count / columns) }, (_, row) =>
    Array.from({ length: Math.min(columns, count - row * columns) }, (_, column) => row * columns + column),
  );
  return (
    <div
      class={className}
      role="grid"
      aria-label={label}
      ref={ref}
      onKeyDown={onKey}
      onFocusCapture={onFocus}
      {...(rowName && { style: { '--columns': columns } })}
    >
      {columnName && <ColumnNames columns={Math.min(columns, count)} name={columnName} />}
      {rows.map((places, row) => (
        <div class="row" role="row" key={row}>
          {rowName && (
            <div class="row-name" role="rowheader">
              {rowName(row)}
            </div>
          )}
          {places.map((index) => (
            <div role="gridcell" key={index}>
              {tile(index, index === at ? 0 : -1)}
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

interface ColumnNamesProps {
  columns: number;
  name: (column: number) => ComponentChildren;
}

function ColumnNames({ columns, name }: ColumnNamesProps) {
  return (
    <div class="row" role="row">
      {Array.from({ length: columns }, (_, column) => (
        <div class="column-name" role="columnheader" key={column}>
          {name(column)}
        </div>
      ))}
    </div>
  );
}
