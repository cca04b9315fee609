// What the user's files are: every file becomes a member, then each layout takes what has its form, and the
// next ones what is left. Not here: the containers and layouts themselves (the folders beside this file).
import { memberOfFile } from './containers/files.ts';
import { celeba } from './layouts/celeba.ts';
import { coco } from './layouts/coco.ts';
import { imagefolder } from './layouts/imagefolder.ts';
import { pairs } from './layouts/pairs.ts';
import { pathsTable } from './layouts/paths-table.ts';
import type { Layout, Source } from './source.ts';

/** From the most particular form to the one that takes anything. */
const LAYOUTS: readonly Layout[] = [celeba, coco, imagefolder, pathsTable, pairs];

/** The sources among the files, several where they have several forms; none where there are no files. */
export async function recognise(files: readonly File[]): Promise<Source[]> {
  const sources: Source[] = [];
  let members = files.map(memberOfFile);
  for (const layout of LAYOUTS) {
    const found = await layout.recognise(members);
    if (!found) continue;
    sources.push(found.source);
    members = [...found.rest];
  }
  return sources;
}
