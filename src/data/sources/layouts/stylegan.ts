// The data sets of StyleGAN and EDM (their dataset_tool): pictures in numbered folders, which are no classes,
// and dataset.json, whose labels are pairs of path and class, or null. Not here: how the pictures were
// cropped.
import { FaultError } from '../../../fault.ts';
import { readText } from '../../../formats/text-file.ts';
import { isSystemFile } from '../junk.ts';
import type { Member } from '../member.ts';
import type { Layout, Source, SourceEntry } from '../source.ts';
import { without } from './left-over.ts';
import { baseName, compare, counting, isPictureName } from './names.ts';
import { pictureOf } from './picture-of.ts';

/** Path relative to dataset.json, and the name of its class. */
type Labels = ReadonlyMap<string, string>;

/** Null where no dataset.json has such labels; ours, of an export, has none. */
export const stylegan: Layout = {
  recognise: async (all) => {
    const members = all.filter(({ path }) => !isSystemFile(path));
    for (const list of members.filter(({ path }) => baseName(path) === 'dataset.json')) {
      const labels = await labelsIn(list);
      if (!labels) continue;
      const folder = list.path.slice(0, -'dataset.json'.length);
      const pictures = members
        .filter(({ path }) => path.startsWith(folder) && isPictureName(path))
        .sort((a, b) => compare(a.path, b.path));
      if (pictures.length === 0) continue;
      const rest = without(all, [list, ...pictures]);
      const source: Source = {
        facts: {
          kind: 'StyleGAN data set',
          count: pictures.length,
          choices: [],
          licence: '',
          ignored: [],
          warnings: warningsOf(pictures, labels, folder),
          unused: [],
        },
        entries: (from) => entriesOf(pictures, labels, folder, from),
      };
      return { source, rest };
    }
    return null;
  },
};

/** The labels; null where the file is of another kind or cannot be read. */
async function labelsIn(list: Member): Promise<Labels | null> {
  try {
    const about = JSON.parse(await readText(await list.blob())) as { labels?: unknown } | null;
    const labels = about?.labels;
    if (labels === null) return new Map();
    if (!Array.isArray(labels)) return null;
    return new Map(
      labels.flatMap((one): [string, string][] => {
        const [path, label] = Array.isArray(one) ? (one as unknown[]) : [];
        const name = nameOf(label);
        return typeof path === 'string' && name !== null ? [[path.replaceAll('\\', '/'), name]] : [];
      }),
    );
  } catch (error) {
    if (error instanceof FaultError || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** A number, or the place of the one in a list of zeros. */
function nameOf(label: unknown): string | null {
  if (Number.isSafeInteger(label)) return String(label);
  if (!Array.isArray(label)) return null;
  const place = label.indexOf(1);
  return place === -1 ? null : String(place);
}

function warningsOf(pictures: readonly Member[], labels: Labels, folder: string): string[] {
  if (labels.size === 0) return [];
  const labelled = pictures.filter(({ path }) => labels.has(path.slice(folder.length))).length;
  const missing = labels.size - labelled;
  const bare = pictures.length - labelled;
  return [
    ...(missing > 0
      ? [
          `${missing.toLocaleString('en-US')} of the ${counting(labels.size, 'label')} in dataset.json are of no picture that is here.`,
        ]
      : []),
    ...(bare > 0 ? [`${counting(bare, 'picture')} without a label in dataset.json: without class.`] : []),
  ];
}

async function* entriesOf(
  pictures: readonly Member[],
  labels: Labels,
  folder: string,
  from: number,
): AsyncGenerator<SourceEntry> {
  for (let number = from; number < pictures.length; number++) {
    const member = pictures[number] as Member;
    yield {
      number,
      path: member.path,
      picture: pictureOf(member),
      caption: '',
      className: labels.get(member.path.slice(folder.length)) ?? '',
    };
  }
}
