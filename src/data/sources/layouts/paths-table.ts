// Any other table that names pictures, as Flickr8k's captions.txt or a spreadsheet: the column is found by
// looking which cells are names of members. Not here: metadata.jsonl of Hugging Face (imagefolder.ts).
import type { Layout } from '../source.ts';
import { without } from './left-over.ts';
import { MemberIndex } from './member-index.ts';
import { baseName, compare } from './names.ts';
import { type PathTable, pictureColumn, picturesOf } from './table-pictures.ts';
import { recognisedTables } from './table-source.ts';
import { isTableName, readTable } from './table.ts';

/**
 * Null where no table names pictures. Tables of pictures that are not here count too: they say what to add.
 */
export const pathsTable: Layout = {
  recognise: async (members) => {
    const named = members.filter(({ path }) => isTableName(path)).sort((a, b) => compare(a.path, b.path));
    if (named.length === 0) return null;
    const index = new MemberIndex(without(members, named));
    const warnings: string[] = [];
    const tables: PathTable[] = [];
    for (const member of named) {
      const table = await readTable(member, warnings);
      const column = pictureColumn(table, index);
      if (column !== -1) tables.push({ table, column });
    }
    if (tables.length === 0) return null;
    const pictured = picturesOf(tables, index, warnings);
    const kind = `Pictures with ${tables.map(({ table }) => baseName(table.member.path)).join(' and ')}`;
    return recognisedTables({ kind, tables, pictured, warnings }, members);
  },
};
