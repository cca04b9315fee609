// MNIST and the sets in its form (Fashion-MNIST, EMNIST, KMNIST): a file of pictures and one of labels, as
// idx, often gzipped. EMNIST's pictures lie on their side and are turned upright. Told by names.
import { readBytes } from '../../../formats/file-bytes.ts';
import { gunzipped, isGzip } from '../../../formats/gzip.ts';
import { type IdxHeader, readIdxHeader } from '../../../formats/idx.ts';
import { transposed } from '../../../formats/pixel-planes.ts';
import { ReadAhead } from '../../../formats/read-ahead.ts';
import type { Member } from '../member.ts';
import type { Layout } from '../source.ts';
import { type Block, blockSource, readable } from './blocks.ts';
import { counted, without } from './left-over.ts';
import { baseName, compare } from './names.ts';
import { listRows } from './read-list.ts';

const FILE = /(?:^|[^/]*[-_.])(images|labels)[-_.]?idx[13][-_.]ubyte(?:\.gz)?$/i;
/** EMNIST's classes as codes of characters: `10 65` is A. */
const MAPPING = /-mapping\.txt$/i;
const MOST_EDGE = 4096;

/** Names of classes that the files do not hold, told by the first labels of the two files of each set. */
const KNOWN: readonly { kind: string; labels: readonly string[]; names: readonly string[] }[] = [
  { kind: 'MNIST', labels: ['5041921314', '7210414959'], names: [] },
  {
    kind: 'Fashion-MNIST',
    labels: ['9003027255', '9211614657'],
    names: [
      'T-shirt',
      'trousers',
      'pullover',
      'dress',
      'coat',
      'sandal',
      'shirt',
      'sneaker',
      'bag',
      'ankle boot',
    ],
  },
];

/** Null where no file has such a name. */
export const mnist: Layout = {
  recognise: async (all) => {
    const members = all.toSorted((a, b) => compare(a.path, b.path));
    const named = members.filter(({ path }) => FILE.test(baseName(path)));
    const pictures = new Map<string, Member>();
    for (const member of named.filter(({ path }) => isPictures(path)))
      if (!pictures.has(setOf(member.path))) pictures.set(setOf(member.path), member);
    if (pictures.size === 0) return null;
    const mappings = members.filter(({ path }) => MAPPING.test(path));
    const warnings: string[] = [];
    const read: Files[] = [];
    for (const [set, member] of pictures) {
      const files = await filesOf(set, member, named, mappings, warnings);
      if (files) read.push(files);
    }
    const rest = without(all, [...named, ...mappings]);
    const doubled = named.filter(
      ({ path }) => isPictures(path) && ![...pictures.values()].some((one) => one.path === path),
    );
    const blocks = read.map(blockOf).sort((a, b) => compare(b.part, a.part));
    const kinds = new Set(read.map(({ kind }) => kind));
    const source = blockSource([...kinds].join(' and ') || 'MNIST', blocks, {
      ignored: counted('files with the name of another one', doubled),
      warnings,
    });
    return { source, rest };
  },
};

const isPictures = (path: string): boolean => /images/i.test(FILE.exec(baseName(path))?.[1] ?? '');

/** What pictures and labels of one set have in common: `train` of train-images-idx3-ubyte.gz. */
const setOf = (path: string): string =>
  baseName(path)
    .toLowerCase()
    .replace(/[-_.]?(?:images|labels)[-_.]?idx[13][-_.]ubyte(?:\.gz)?$/, '');

/** A file as it is, or what is packed in it: of a damaged one what lies before, which then is too short. */
async function unpacked(file: Blob): Promise<Blob> {
  const head = await readBytes(file, 0, Math.min(3, file.size));
  return isGzip(head) ? (await gunzipped(file)).blob : file;
}

/** Files of one set, opened. */
interface Files {
  path: string;
  kind: string;
  part: string;
  pictures: Blob;
  header: IdxHeader & { shape: readonly [number, number, number] };
  isTurned: boolean;
  /** One a picture; empty without labels. */
  labels: Uint8Array;
  nameOf: (label: number) => string;
}

async function filesOf(
  set: string,
  member: Member,
  named: readonly Member[],
  mappings: readonly Member[],
  warnings: string[],
): Promise<Files | null> {
  const found = await readable(baseName(member.path), warnings, async () => {
    const pictures = await unpacked(await member.blob());
    return { pictures, header: await readIdxHeader(pictures) };
  });
  if (!found) return null;
  const [count = 0, rows = 0, columns = 0] = found.header.shape;
  if (count === 0 || rows < 1 || columns < 1 || rows > MOST_EDGE || columns > MOST_EDGE) {
    warnings.push(`${baseName(member.path)} is left out: its sizes are ${found.header.shape.join(' x ')}.`);
    return null;
  }
  const labels = await labelsOf(set, member, named, count, warnings);
  const known = KNOWN.find((one) => one.labels.includes(labels.subarray(0, 10).join('')));
  const isTurned = /emnist/i.test(member.path);
  const mapping = mappings.find(({ path }) =>
    set.startsWith(baseName(path).toLowerCase().replace(MAPPING, '')),
  );
  const letters = mapping ? await lettersOf(mapping, warnings) : new Map<number, string>();
  return {
    path: member.path,
    kind: isTurned ? 'EMNIST, turned upright' : (known?.kind ?? 'Pictures in idx files, as MNIST'),
    part: set.replace(/^.*(?:^|[-_.])(train|t10k|test)$/, '$1').replace('t10k', 'test'),
    pictures: found.pictures,
    header: { ...found.header, shape: [count, rows, columns] },
    isTurned,
    labels,
    nameOf: (label) => known?.names[label] ?? letters.get(label) ?? String(label),
  };
}

async function labelsOf(
  set: string,
  pictures: Member,
  named: readonly Member[],
  count: number,
  warnings: string[],
): Promise<Uint8Array> {
  const candidates = named.filter(({ path }) => !isPictures(path) && setOf(path) === set);
  const member =
    candidates.find(({ path }) => path.replace(/labels.*/i, '') === pictures.path.replace(/images.*/i, '')) ??
    candidates[0];
  if (!member) {
    warnings.push(
      `${baseName(pictures.path)} has no file of labels beside it: its pictures have no classes.`,
    );
    return new Uint8Array();
  }
  const labels = await readable(baseName(member.path), warnings, async () => {
    const file = await unpacked(await member.blob());
    const { begin, shape } = await readIdxHeader(file);
    return shape.length === 1 ? readBytes(file, begin, begin + (shape[0] ?? 0)) : new Uint8Array();
  });
  if (labels && labels.length !== count) {
    warnings.push(
      `${baseName(member.path)} is left out: it has ${labels.length} labels for ${count} pictures.`,
    );
    return new Uint8Array();
  }
  return labels ?? new Uint8Array();
}

/** The characters of the classes; of two, as in `1 65 97`, the first. */
async function lettersOf(mapping: Member, warnings: string[]): Promise<Map<number, string>> {
  const letters = new Map<number, string>();
  for (const [label = '', code = ''] of await listRows(mapping, warnings))
    if (/^\d+$/.test(label) && /^\d{2,3}$/.test(code))
      letters.set(Number(label), String.fromCharCode(Number(code)));
  return letters;
}

function blockOf({ path, part, pictures, header, isTurned, labels, nameOf }: Files): Block {
  const { begin, shape } = header;
  const [count, rows, columns] = shape;
  const bytes = rows * columns;
  const reader = new ReadAhead();
  return {
    path,
    part,
    count,
    entry: (index) => {
      const label = labels[index];
      const from = begin + index * bytes;
      return Promise.resolve({
        picture: {
          kind: 'pixels',
          width: isTurned ? rows : columns,
          height: isTurned ? columns : rows,
          channels: 1,
          read: async () => {
            const pixels = await reader.bytes(pictures, from, from + bytes);
            return isTurned ? transposed(pixels, columns, rows) : pixels;
          },
        },
        className: label === undefined ? '' : nameOf(label),
      });
    },
  };
}
