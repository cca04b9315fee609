// Which pictures the rows of tables name: the join of a table with the members around it. Not here: reading a
// table (table.ts), what else its rows say (table-source.ts).
import { cleanText } from '../../../plain-text.ts';
import type { Member } from '../member.ts';
import type { MemberIndex } from './member-index.ts';
import { baseName, compare, counting, isPictureName } from './names.ts';
import { type Cell, type Table, textsOf } from './table.ts';

/** A table and the column that names its pictures. */
export interface PathTable {
  table: Table;
  column: number;
}

/** A picture and what the tables say of it. */
export interface Pictured {
  member: Member;
  rows: { table: Table; cells: readonly Cell[] }[];
}

/** Rows that are looked at to tell which column names pictures. */
const MOST_LOOKED_AT = 200;

/** The path of the folder that the table lies in, with "/" at its end; empty at the root. */
const folderOf = ({ member: { path } }: Table): string => path.slice(0, path.lastIndexOf('/') + 1);

const pathOf = (cells: readonly Cell[], column: number): string => (textsOf(cells[column])[0] ?? '').trim();

/**
 * The column in which most of the first rows name a member, else the first with names of pictures or
 * addresses in half of them; -1 where there is none.
 */
export function pictureColumn(table: Table, index: MemberIndex): number {
  const rows = table.rows.slice(0, MOST_LOOKED_AT);
  const counted = (isOne: (path: string) => boolean): number[] =>
    table.columns.map(
      (_, column) =>
        rows.filter((cells) => pathOf(cells, column) !== '' && isOne(pathOf(cells, column))).length,
    );
  const found = counted((path) => index.find(path, folderOf(table)) !== null);
  const most = Math.max(0, ...found);
  if (most > 0) return found.indexOf(most);
  return counted((path) => isPictureName(path) || isAddress(path)).findIndex(
    (count) => count > 0 && 2 * count >= rows.length,
  );
}

const isAddress = (path: string): boolean => /^https?:\/\//i.test(path);

/** Pictures by path with all rows that name them; says in `warnings` what is missing. */
export function picturesOf(tables: readonly PathTable[], index: MemberIndex, warnings: string[]): Pictured[] {
  const pictured = new Map<Member, Pictured>();
  for (const { table, column } of tables) {
    const missing: string[] = [];
    for (const cells of table.rows) {
      const path = pathOf(cells, column);
      const member = path === '' ? null : index.find(path, folderOf(table));
      if (!member) missing.push(path);
      else if (pictured.has(member)) pictured.get(member)?.rows.push({ table, cells });
      else pictured.set(member, { member, rows: [{ table, cells }] });
    }
    if (missing.length > 0) warnings.push(missingIn(table, missing));
  }
  return [...pictured.values()].sort((a, b) => compare(a.member.path, b.member.path));
}

function missingIn(table: Table, missing: readonly string[]): string {
  const example = cleanText((missing.find((path) => path !== '') ?? '').slice(0, 80));
  const rows = `${missing.length.toLocaleString('en-US')} of the ${counting(table.rows.length, 'row')}`;
  const name = baseName(table.member.path);
  if (isAddress(example))
    return `${rows} in ${name} have addresses on the web (${example}): nothing is loaded from there. Download the pictures and choose them together with ${name}.`;
  return `${rows} in ${name} name no picture that is here${example === '' ? '' : `, as ${example}`}.`;
}
