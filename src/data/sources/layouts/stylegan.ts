// The data sets of StyleGAN and EDM (their dataset_tool): pictures in numbered folders, which are no classes,
// and dataset.json, whose labels are pairs of path and class, or null. Not here: how the pictures were
// cropped.
import { FaultError } from '../../../fault.ts';
import { readText } from '../../../formats/text-file.ts';
import type { Member } from '../member.ts';
import type { Layout, Source, SourceEntry } from '../source.ts';
import { without } from './left-over.ts';
import { baseName, compare, counting, foldersOf, isPictureName } from './names.ts';
import { pictureOf } from './picture-of.ts';

const NAME = 'dataset.json';

/** Path relative to dataset.json, and the name of its class. */
type Labels = ReadonlyMap<string, string>;

/** A dataset.json with the pictures that lie beneath it, and beneath no other that is nearer. */
interface List {
  member: Member;
  /** With "/" at its end, or empty. */
  folder: string;
  labels: Labels;
  pictures: Member[];
}

/** Null where no dataset.json has such labels; ours, of an export, has none. Several sets are one source. */
export const stylegan: Layout = {
  recognise: async (members) => {
    const lists = (await listsIn(members)).filter(({ pictures }) => pictures.length > 0);
    if (lists.length === 0) return null;
    const pictures = lists.flatMap((list) => list.pictures.map((member) => ({ member, list })));
    pictures.sort((a, b) => compare(a.member.path, b.member.path));
    const source: Source = {
      facts: {
        kind: 'StyleGAN data set',
        count: pictures.length,
        choices: [],
        licence: '',
        ignored: [],
        warnings: lists.flatMap((list) => warningsOf(list, lists.length > 1)),
        unused: [],
      },
      entries: (from) => entriesOf(pictures, from),
    };
    const taken = [...lists.map(({ member }) => member), ...pictures.map(({ member }) => member)];
    return { source, rest: without(members, taken) };
  },
};

async function listsIn(members: readonly Member[]): Promise<List[]> {
  const byFolder = new Map<string, List>();
  for (const member of members.filter(({ path }) => baseName(path) === NAME)) {
    const labels = await labelsIn(member);
    const folder = member.path.slice(0, -NAME.length);
    if (labels && !byFolder.has(folder)) byFolder.set(folder, { member, folder, labels, pictures: [] });
  }
  if (byFolder.size === 0) return [];
  for (const member of members) {
    if (!isPictureName(member.path)) continue;
    const lists = foldersOf(member.path).flatMap((folder) => byFolder.get(folder) ?? []);
    lists.at(-1)?.pictures.push(member);
  }
  return [...byFolder.values()];
}

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

function warningsOf({ member, folder, labels, pictures }: List, isOneOfMany: boolean): string[] {
  if (labels.size === 0) return [];
  const name = isOneOfMany ? member.path : NAME;
  const labelled = pictures.filter(({ path }) => labels.has(path.slice(folder.length))).length;
  const missing = labels.size - labelled;
  const bare = pictures.length - labelled;
  return [
    ...(missing > 0
      ? [
          `${missing.toLocaleString('en-US')} of the ${counting(labels.size, 'label')} in ${name} are of no picture that is here.`,
        ]
      : []),
    ...(bare > 0 ? [`${counting(bare, 'picture')} without a label in ${name}: without class.`] : []),
  ];
}

async function* entriesOf(
  pictures: readonly { member: Member; list: List }[],
  from: number,
): AsyncGenerator<SourceEntry> {
  for (const [i, { member, list }] of pictures.slice(from).entries())
    yield {
      number: from + i,
      path: member.path,
      picture: pictureOf(member),
      caption: '',
      className: list.labels.get(member.path.slice(list.folder.length)) ?? '',
    };
}
