// Hugging Face's imagefolder: metadata.jsonl or metadata.csv with a column file_name, whose paths are
// relative to it; one in each folder or part. Not here: other tables (paths-table.ts), folders as classes
// (pairs.ts).
import type { Member } from '../member.ts';
import type { Layout } from '../source.ts';
import { without } from './left-over.ts';
import { MemberIndex } from './member-index.ts';
import { baseName, compare, counting, foldersOf, isPictureName } from './names.ts';
import { type PathTable, picturesOf } from './table-pictures.ts';
import { recognisedTables } from './table-source.ts';
import { readTable } from './table.ts';

const METADATA = /(?:^|\/)metadata\.(?:jsonl|csv)$/i;
/** As datasets has it: `file_name`, or one that ends so. */
const FILE_NAME = /^(?:.*_)?file_name$/i;

/** Null where no metadata file has such a column. */
export const imagefolder: Layout = {
  recognise: async (members) => {
    const named = members.filter(({ path }) => METADATA.test(path)).sort((a, b) => compare(a.path, b.path));
    const warnings: string[] = [];
    const tables: PathTable[] = [];
    for (const member of named) {
      const table = await readTable(member, warnings);
      const column = table.columns.findIndex((name) => FILE_NAME.test(name));
      if (column !== -1) tables.push({ table, column });
    }
    if (tables.length === 0) return null;
    const others = without(members, named);
    const pictured = picturesOf(tables, new MemberIndex(others), warnings);
    warnings.push(...withoutRow(tables, others, new Set(pictured.map(({ member }) => member))));
    const kinds = new Set(tables.map(({ table }) => baseName(table.member.path)));
    const kind = `Pictures with ${[...kinds].join(' and ')}`;
    return recognisedTables({ kind, tables, pictured, warnings }, members);
  },
};

/** Pictures in the folder of a metadata file of which it says nothing: they are left to the next layouts. */
function withoutRow(
  tables: readonly PathTable[],
  members: readonly Member[],
  taken: ReadonlySet<Member>,
): string[] {
  const beside = new Map(tables.map(({ table }) => [folderOf(table.member), { count: 0, example: '' }]));
  for (const member of members) {
    if (taken.has(member) || !isPictureName(member.path)) continue;
    for (const folder of foldersOf(member.path)) {
      const found = beside.get(folder);
      if (found?.count === 0) found.example = member.path;
      if (found) found.count++;
    }
  }
  return tables.flatMap(({ table: { member } }) => {
    const { count, example } = beside.get(folderOf(member)) ?? { count: 0, example: '' };
    return count > 0
      ? [`${counting(count, 'picture')} beside ${baseName(member.path)} without a row in it, as ${example}.`]
      : [];
  });
}

/** With "/" at its end, or empty. */
const folderOf = ({ path }: Member): string => path.slice(0, path.lastIndexOf('/') + 1);
