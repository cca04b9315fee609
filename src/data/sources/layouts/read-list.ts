// Lists that lie beside pictures, as text or as a table. Not here: what their columns mean.
import { FaultError } from '../../../fault.ts';
import { csvRows } from '../../../formats/csv.ts';
import { readText } from '../../../formats/text-file.ts';
import type { Member } from '../member.ts';
import { baseName } from './names.ts';

/** The text of a list; empty, with a sentence in `warnings`, where it cannot be read. */
export async function listText(member: Member, warnings: string[]): Promise<string> {
  try {
    return await readText(await member.blob());
  } catch (error) {
    if (!(error instanceof FaultError)) throw error;
    warnings.push(`${baseName(member.path)} cannot be read. ${error.message}.`);
    return '';
  }
}

/** Rows of cells: of a .csv as it is quoted, of a .txt parted by runs of spaces. Empty lines are left out. */
export async function listRows(member: Member, warnings: string[]): Promise<Iterable<string[]>> {
  const text = await listText(member, warnings);
  return /\.csv$/i.test(member.path) ? csvRows(text) : spacedRows(text);
}

function* spacedRows(text: string): Generator<string[]> {
  for (const [line] of text.matchAll(/[^\r\n]+/g)) {
    const trimmed = line.trim();
    if (trimmed !== '') yield trimmed.split(/\s+/);
  }
}
