// A table that people put beside pictures: .csv, .tsv or .jsonl, as rows of cells. Not here: which of its
// columns names pictures (table-pictures.ts), which is the caption (table-source.ts).
import { csvRows } from '../../../formats/csv.ts';
import { jsonLines } from '../../../formats/json-lines.ts';
import { cleanText } from '../../../plain-text.ts';
import type { Member } from '../member.ts';
import { baseName, counting } from './names.ts';
import { listText } from './read-list.ts';

/** One text, or several of one kind as a JSON list of captions; empty where there is none. */
export type Cell = string | readonly string[];

export interface Table {
  member: Member;
  /** Names, each once, cleaned. */
  columns: readonly string[];
  /** Cells in the order of the columns; missing ones at the end are left out. */
  rows: readonly (readonly Cell[])[];
}

/** Columns and their names that are read; what has more is no table of captions. */
const MOST_COLUMNS = 256;
const MOST_NAME = 64;

/** Whether the name says that it is such a table; `captions.txt` is how Flickr8k names its CSV. */
export const isTableName = (path: string): boolean =>
  /\.(?:csv|tsv|jsonl)$/i.test(path) || /(?:^|\/)captions\.txt$/i.test(path);

/** The table; without rows, with a sentence in `warnings`, where it cannot be read. */
export async function readTable(member: Member, warnings: string[]): Promise<Table> {
  const text = await listText(member, warnings);
  if (!/\.jsonl$/i.test(member.path)) return tableOfRows(member, csvRows(text));
  const columns = new Map<string, number>();
  const rows: Cell[][] = [];
  const unread: number[] = [];
  for (const { line, value } of jsonLines(text)) {
    if (value) rows.push(cellsOf(value, columns));
    else unread.push(line);
  }
  if (unread.length > 0)
    warnings.push(
      `${counting(unread.length, 'line')} of ${baseName(member.path)} cannot be read, as line ${unread[0]}.`,
    );
  return { member, columns: [...columns.keys()], rows };
}

function tableOfRows(member: Member, all: Iterable<string[]>): Table {
  const [header = [], ...rows] = all;
  const columns = header
    .slice(0, MOST_COLUMNS)
    .map((name, i) => cleanText(name).slice(0, MOST_NAME) || `column ${i + 1}`)
    .map((name, i, names) => (names.indexOf(name) < i ? `${name} (column ${i + 1})` : name));
  return { member, columns, rows };
}

/** The cells of an object; new names become columns. */
function cellsOf(value: Readonly<Record<string, unknown>>, columns: Map<string, number>): Cell[] {
  const cells: Cell[] = [];
  for (const [key, one] of Object.entries(value)) {
    const name = cleanText(key).slice(0, MOST_NAME);
    let column = columns.get(name);
    if (column === undefined && columns.size < MOST_COLUMNS) columns.set(name, (column = columns.size));
    if (column === undefined) continue;
    while (cells.length < column) cells.push('');
    cells[column] = cellOf(one);
  }
  return cells;
}

function cellOf(value: unknown): Cell {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : '';
}

/** All texts of a cell that say anything. */
export const textsOf = (cell: Cell | undefined): readonly string[] =>
  (cell === undefined ? [] : typeof cell === 'string' ? [cell] : cell).filter((text) => text.trim() !== '');
