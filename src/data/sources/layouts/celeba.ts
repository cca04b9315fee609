// CelebA as its authors and as Kaggle give it: aligned faces, a list of 40 attributes and one of the official
// parts. Told by the names of lists and folder; pictures and lists are joined by the pictures' names, so that
// a folder twice in a path does not matter. Not here: the sentences (celeba-captions.ts), any cropping.
import { stemOf } from '../../captions.ts';
import type { Member } from '../member.ts';
import type { Choice, Chosen, Layout, Source, SourceEntry } from '../source.ts';
import { captionsOf } from './celeba-captions.ts';
import { counted, without } from './left-over.ts';
import { baseName, compare, counting, isPictureName } from './names.ts';
import { ALL, partChoice } from './part-choice.ts';
import { pictureOf } from './picture-of.ts';
import { listRows } from './read-list.ts';

const ATTRIBUTES = /(?:^|\/)(?:list_attr_celeba[^/]*\.(?:txt|csv)|CelebAMask-HQ-attribute-anno\.txt)$/i;
/** CelebA-HQ: the same faces, cut anew and larger. */
const UNALIGNED = /(?:^|\/)CelebAMask-HQ[^/]*$/i;
const PARTITION = /(?:^|\/)list_eval_partition[^/]*\.(?:txt|csv)$/i;
/** Boxes and landmarks belong to the uncropped pictures, identities name 10,177 people. */
const UNUSED_LIST = /(?:^|\/)(?:list_(?:bbox|landmarks)[^/]*|identity_)celeba[^/]*\.(?:txt|csv)$/i;
const ALIGNED = /(?:^|\/)img_align_celeba(?:_png)?\//i;

/** The numbers of the official list of parts. */
const PARTS = ['train', 'valid', 'test'] as const;

const LICENCE = 'CelebA is for non-commercial research only (its authors’ agreement).';

/** Attributes of each picture, by the stem of its name. */
interface Table {
  /** Of the attributes, in the order of the columns. */
  names: readonly string[];
  /** Row of each stem. */
  rows: ReadonlyMap<string, number>;
  /** [rows, names]: 1 where a picture has the attribute. */
  present: Uint8Array;
}

interface Face {
  member: Member;
  stem: string;
  /** Row in the table; null without a line. */
  row: number | null;
  /** Place in PARTS; null without a line. */
  part: number | null;
}

/** Null where there is neither a list of attributes nor a folder `img_align_celeba`. */
export const celeba: Layout = {
  recognise: async (members) => {
    const lists = members.filter(({ path }) => ATTRIBUTES.test(path));
    const aligned = members.filter(({ path }) => ALIGNED.test(path) && isPictureName(path));
    if (lists.length === 0 && aligned.length === 0) return null;
    const warnings: string[] = [];
    const table = lists[0] ? await readAttributes(lists[0], warnings) : null;
    const partition = members.find(({ path }) => PARTITION.test(path));
    const parts = partition ? await readParts(partition, warnings) : new Map<string, number>();
    const named = members.filter(({ path }) => isPictureName(path) && table?.rows.has(nameOf(path)));
    const { faces, doubled } = facesOf(aligned.length > 0 ? aligned : named, table, parts);
    const unused = members.filter(({ path }) => UNUSED_LIST.test(path));
    const taken = [...faces.map(({ member }) => member), ...doubled, ...lists, ...unused];
    const rest = without(members, [...taken, ...(partition ? [partition] : [])]);
    const source: Source = {
      facts: {
        kind: 'CelebA',
        count: faces.length,
        choices: [...captionChoice(table, faces), ...splitChoice(faces)],
        licence: LICENCE,
        isAligned: !lists.some(({ path }) => UNALIGNED.test(path)),
        ignored: [
          ...counted('lists of boxes, landmarks or people, which are not used', unused),
          ...counted('pictures with the name of another one', doubled),
        ],
        warnings: [...warnings, ...warningsOf(faces, table, lists[0])],
        unused: [],
      },
      entries: (from, chosen) => entriesOf(faces, table, from, chosen),
    };
    return { source, rest };
  },
};

/** `000001` of `img_align_celeba/000001.png`: the lists name JPEGs, and there are PNGs too. */
const nameOf = (path: string): string => stemOf(baseName(path));

/** By name; of two pictures with one name the first by path. */
function facesOf(
  members: readonly Member[],
  table: Table | null,
  parts: ReadonlyMap<string, number>,
): { faces: Face[]; doubled: Member[] } {
  const byName = new Map<string, Member>();
  const doubled: Member[] = [];
  for (const member of [...members].sort((a, b) => compare(a.path, b.path))) {
    const name = nameOf(member.path);
    if (byName.has(name)) doubled.push(member);
    else byName.set(name, member);
  }
  const faces = [...byName].map(([stem, member]) => ({
    member,
    stem,
    row: table?.rows.get(stem) ?? null,
    part: parts.get(stem) ?? null,
  }));
  return { faces: faces.sort((a, b) => compare(a.stem, b.stem)), doubled };
}

/**
 * Lines `000001.jpg -1  1 ...` behind a line of names; the official list has a line with the count before it,
 * Kaggle's a name of the first column too.
 */
async function readAttributes(list: Member, warnings: string[]): Promise<Table> {
  let names: string[] = [];
  let unread = 0;
  const rows = new Map<string, number>();
  let present = new Uint8Array(1 << 16);
  for (const cells of await listRows(list, warnings)) {
    const [file = '', ...values] = cells;
    if (!isPictureName(file)) {
      // A line that is neither the count nor the names is no line of this list.
      if (names.length > 0) unread++;
      else if (cells.length > 1) names = file.toLowerCase() === 'image_id' ? values : cells;
    } else if (values.length !== names.length || names.length === 0) unread++;
    else if (!rows.has(nameOf(file))) {
      const at = rows.size * names.length;
      if (at + names.length > present.length) present = grown(present, at + names.length);
      for (const [column, value] of values.entries()) present[at + column] = value === '1' ? 1 : 0;
      rows.set(nameOf(file), rows.size);
    }
  }
  const name = baseName(list.path);
  if (rows.size === 0) warnings.push(`${name} has no line of a picture and its attributes.`);
  if (unread > 0) warnings.push(`${counting(unread, 'line')} of ${name} cannot be read.`);
  return { names, rows, present };
}

/** The same bytes with room for at least `least`, and twice as many as before. */
function grown(bytes: Uint8Array<ArrayBuffer>, least: number): Uint8Array<ArrayBuffer> {
  const larger = new Uint8Array(Math.max(least, 2 * bytes.length));
  larger.set(bytes);
  return larger;
}

async function readParts(list: Member, warnings: string[]): Promise<Map<string, number>> {
  const parts = new Map<string, number>();
  for (const [file = '', part = ''] of await listRows(list, warnings))
    if (/^[012]$/.test(part)) parts.set(nameOf(file), Number(part));
  return parts;
}

const CAPTIONS = [
  ['visible', 'what can be seen without doubt'],
  ['all', 'all attributes'],
  ['none', 'none'],
] as const;

function captionChoice(table: Table | null, faces: readonly Face[]): Choice[] {
  const first = faces.find(({ row }) => row !== null);
  if (!table || !first) return [];
  const options = CAPTIONS.map(([value, label]) => ({
    value,
    label,
    example: linesBy(table, value)(first)[0] ?? '',
  }));
  return [{ id: 'caption', label: 'Caption', options, value: 'visible' }];
}

function splitChoice(faces: readonly Face[]): Choice[] {
  const counts = new Map<string, number>(
    PARTS.map((label, i) => [label, faces.filter(({ part }) => part === i).length]),
  );
  for (const [part, count] of counts) if (count === 0) counts.delete(part);
  return partChoice(counts, faces.length);
}

function warningsOf(faces: readonly Face[], table: Table | null, list: Member | undefined): string[] {
  if (!table || !list)
    return [
      'There is no list_attr_celeba.txt or .csv, so the pictures have no captions. Choose it together with them.',
    ];
  const name = baseName(list.path);
  const described = faces.filter(({ row }) => row !== null).length;
  const missing = table.rows.size - described;
  const bare = faces.length - described;
  return [
    ...(missing > 0
      ? [
          `${missing.toLocaleString('en-US')} of the ${counting(table.rows.size, 'picture')} in ${name} are not here.`,
        ]
      : []),
    ...(bare > 0 ? [`${counting(bare, 'picture')} without a line in ${name}: without caption.`] : []),
  ];
}

/** The captions of a face, by the value of the choice. */
function linesBy(table: Table | null, value: string): (face: Face) => string[] {
  if (!table || value === 'none') return () => [];
  const { names, present } = table;
  const captions = captionsOf(names, value === 'all');
  return ({ row, stem }) =>
    row === null
      ? []
      : captions(
          (column) => present[row * names.length + column] === 1,
          /^\d{1,9}$/.test(stem) ? Number(stem) : row,
        );
}

async function* entriesOf(
  faces: readonly Face[],
  table: Table | null,
  from: number,
  { caption = 'visible', split = ALL }: Chosen,
): AsyncGenerator<SourceEntry> {
  const lines = linesBy(table, caption);
  for (let number = from; number < faces.length; number++) {
    const face = faces[number] as Face;
    if (split !== ALL && face.part !== PARTS.findIndex((part) => part === split)) continue;
    yield {
      number,
      path: face.member.path,
      picture: pictureOf(face.member),
      caption: lines(face).join('\n'),
      className: '',
    };
  }
}
