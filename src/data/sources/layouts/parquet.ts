// Parquet files with pictures in them, as Hugging Face's data sets are: several are one source, and which
// column is the caption is chosen. Told by their first bytes. Not here: the format (parquet-file.ts), which
// is loaded with the first such file.
import { FaultError } from '../../../fault.ts';
import { filesLost, lossIn } from '../../../formats/lost-file.ts';
import type { ParquetColumn, ParquetFile } from '../../../formats/parquet-file.ts';
import type { SkippedFile } from '../../api.ts';
import { cleanText } from '../../../plain-text.ts';
import { captionOfTexts } from '../../captions.ts';
import type { Member } from '../member.ts';
import type { Choice, Chosen, Layout, Source, SourceEntry } from '../source.ts';
import { CAPTION_COLUMNS, inShort, NO_COLUMN, NONE } from './column-choice.ts';
import { without } from './left-over.ts';
import { baseName, compare } from './names.ts';
import { ALL, partChoice } from './part-choice.ts';
import { comparePart, partOfShard } from './shard-part.ts';

/** More members are not looked into where they are not called parquet files. */
const FEW_MEMBERS = 16;
const MAGIC = 'PAR1';

/** One file, opened. */
interface Shard {
  path: string;
  file: ParquetFile;
  picture: ParquetColumn;
  /** train, test, ...; empty where its path names none. */
  part: string;
}

/** Null where no member is a parquet file. */
export const parquet: Layout = {
  recognise: async (members) => {
    const found: Member[] = [];
    for (const member of members) if (await isParquet(member, members.length)) found.push(member);
    if (found.length === 0) return null;
    const shards: Shard[] = [];
    const unused: SkippedFile[] = [];
    for (const member of found.sort((a, b) => compare(a.path, b.path))) {
      const shard = await opened(member);
      if ('why' in shard) unused.push(shard);
      else shards.push(shard);
    }
    return { source: await sourceOf(shards, unused), rest: without(members, found) };
  },
};

async function isParquet(member: Member, among: number): Promise<boolean> {
  const isNamed = /\.parquet$/i.test(member.path);
  if (!isNamed && among > FEW_MEMBERS) return false;
  // All of it would be unpacked for its head.
  if (!isNamed && member.archive === 'packed') return false;
  const head = await member
    .blob()
    .then((blob) => blob.slice(0, MAGIC.length).text())
    .catch(() => '');
  return head === MAGIC;
}

async function opened(member: Member): Promise<Shard | SkippedFile> {
  const { path } = member;
  const { openParquet } = await import('../../../formats/parquet-file.ts');
  try {
    const file = await openParquet(await member.blob());
    const picture = await pictureColumn(file);
    if (!picture) return { name: path, why: withoutPictures(file) };
    if (picture.unread !== null)
      return {
        name: path,
        why: `its pictures are packed by ${picture.unread}; Snappy and Zstandard are read`,
      };
    return { path, file, picture, part: partOfShard(path) };
  } catch (error) {
    return { name: path, why: `it is damaged (${String(error).slice(0, 80)})` };
  }
}

/** Bytes and path together, or bytes that begin as a picture. */
async function pictureColumn(file: ParquetFile): Promise<ParquetColumn | null> {
  const { columns, parts } = file;
  const named = columns.find(({ kind }) => kind === 'picture');
  const bytes = columns.find(({ kind, unread }) => kind === 'bytes' && unread === null);
  if (named || !bytes || !parts[0]) return named ?? null;
  const [row] = await file.read([bytes.name], 0, 1);
  const value = row?.[bytes.name];
  return value instanceof Uint8Array && value.length > 16 ? bytes : null;
}

const withoutPictures = ({ columns }: ParquetFile): string =>
  columns.some(({ name }) => /url/i.test(name))
    ? 'it has only addresses of pictures, and nothing is fetched from elsewhere: download them first, as img2dataset does'
    : `it has no column of pictures, but ${cleanText(columns.map(({ name }) => name).join(', '))}`.slice(
        0,
        200,
      );

async function sourceOf(shards: readonly Shard[], unused: SkippedFile[]): Promise<Source> {
  const choices = [...(await choicesOf(shards)), ...splitChoice(shards)];
  return {
    facts: {
      kind: 'Parquet files',
      count: shards.reduce((sum, { file }) => sum + file.rows, 0),
      choices,
      licence: '',
      ignored: [],
      warnings: [],
      unused,
    },
    entries: (from, chosen) => entriesOf(shards, from, { ...defaultsOf(choices), ...chosen }),
  };
}

/** The parts that the files are of; of one part, or none, there is nothing to choose. */
function splitChoice(shards: readonly Shard[]): Choice[] {
  const rows = new Map<string, number>();
  for (const { part, file } of shards) rows.set(part, (rows.get(part) ?? 0) + file.rows);
  const inOrder = [...rows].sort(([a], [b]) => comparePart(a, b));
  return partChoice(
    new Map(inOrder),
    shards.reduce((sum, { file }) => sum + file.rows, 0),
  );
}

const defaultsOf = (choices: readonly Choice[]): Chosen =>
  Object.fromEntries(choices.map(({ id, value }) => [id, value]));

/** Columns of texts for the caption, of class numbers for the class, with what the first row says. */
async function choicesOf(shards: readonly Shard[]): Promise<Choice[]> {
  const [first] = shards;
  if (!first) return [];
  const { file } = first;
  const readable = file.columns.filter(({ unread }) => unread === null);
  const texts = readable.filter(({ kind }) => kind === 'text' || kind === 'texts').map(({ name }) => name);
  const labels = readable
    .filter(({ name, kind }) => kind === 'whole number' && file.classes.has(name))
    .map(({ name }) => name);
  const names = [...texts, ...labels];
  // A damaged page has no example; its rows say so where they are read.
  const [row] = names.length > 0 && file.rows > 0 ? await file.read(names, 0, 1).catch(() => []) : [];
  const optionOf = (name: string) => ({
    value: name,
    label: inShort(name),
    example: inShort(textsIn(row?.[name], file.classes.get(name))[0] ?? ''),
  });
  const taken = CAPTION_COLUMNS.find((name) => texts.includes(name)) ?? texts[0] ?? NONE;
  return [
    ...(texts.length > 0
      ? [{ id: 'caption', label: 'Caption', options: [...texts.map(optionOf), NO_COLUMN], value: taken }]
      : []),
    ...(labels.length > 0
      ? [
          {
            id: 'class',
            label: 'Class',
            options: [...labels.map(optionOf), NO_COLUMN],
            value: labels[0] ?? NONE,
          },
        ]
      : []),
  ];
}

/** Texts of a cell; a class number is its class's name. */
function textsIn(cell: unknown, classes: readonly string[] | undefined): string[] {
  if (Array.isArray(cell)) return cell.filter((one) => typeof one === 'string');
  if (typeof cell === 'string') return [cell];
  const name = typeof cell === 'bigint' || typeof cell === 'number' ? classes?.[Number(cell)] : undefined;
  return name === undefined ? [] : [name];
}

async function* entriesOf(
  shards: readonly Shard[],
  from: number,
  chosen: Chosen,
): AsyncGenerator<SourceEntry> {
  const { split = ALL } = chosen;
  let before = 0;
  for (const shard of shards) {
    const { file, picture } = shard;
    if (split !== ALL && shard.part !== split) {
      before += file.rows;
      continue;
    }
    const words = [chosen['caption'], chosen['class']].filter((name) => name !== undefined && name !== NONE);
    const names = [picture.name, ...words.filter((name) => file.columns.some((one) => one.name === name))];
    for (const { begin, end } of file.parts) {
      if (before + end <= from) continue;
      const first = Math.max(begin, from - before);
      const rows = await rowsOf(shard, names as string[], first, end);
      for (const [i, row] of rows.entries())
        yield entryOf(shard, row, { number: before + first + i, chosen });
    }
    before += file.rows;
  }
}

/** What a row holds by column, or why it cannot be read. */
type Row = Record<string, unknown> | FaultError;

/**
 * Rows first..end-1; of a damaged part each is the fault, so that the other parts are read. Throws FaultError
 * where the file is gone.
 */
async function rowsOf(
  { path, file }: Shard,
  names: readonly string[],
  first: number,
  end: number,
): Promise<readonly Row[]> {
  try {
    return await file.read(names, first, end);
  } catch (error) {
    const loss = lossIn(error);
    if (loss !== null) throw filesLost(path, loss, error);
    const fault = damagedRows(`rows ${first} to ${end - 1} of ${baseName(path)}`, error);
    return Array.from({ length: end - first }, () => fault);
  }
}

function entryOf(
  { path, file, picture }: Shard,
  row: Row,
  { number, chosen }: { number: number; chosen: Chosen },
): SourceEntry {
  if (row instanceof FaultError) return unreadEntry(`${baseName(path)}, row ${number}`, row, number);
  const cell = row[picture.name];
  const { bytes, path: name } = cell instanceof Uint8Array ? { bytes: cell, path: '' } : fieldsOf(cell);
  const textsOf = (id: string): string[] => {
    const column = chosen[id] ?? NONE;
    return textsIn(row[column], file.classes.get(column));
  };
  const { text, why } = captionOfTexts(textsOf('caption'));
  const shown = name === '' ? `${baseName(path)}, row ${number}` : cleanText(name);
  return {
    number,
    path: shown,
    picture: {
      kind: 'file',
      // A copy: they are a part of the buffer of a whole group of rows.
      read: () => (bytes ? Promise.resolve(Uint8Array.from(bytes)) : Promise.reject(noBytes(baseName(path)))),
    },
    caption: text,
    className: cleanText(textsOf('class')[0] ?? ''),
    ...(why === null ? {} : { unused: { name: shown, why } }),
  };
}

const unreadEntry = (path: string, fault: FaultError, number: number): SourceEntry => ({
  number,
  path,
  picture: { kind: 'file', read: () => Promise.reject(fault) },
  caption: '',
  className: '',
});

function fieldsOf(cell: unknown): { bytes: Uint8Array | null; path: string } {
  const { bytes, path } = Object(cell) as { bytes?: unknown; path?: unknown };
  return {
    bytes: bytes instanceof Uint8Array ? bytes : null,
    path: typeof path === 'string' ? path : '',
  };
}

const noBytes = (file: string): FaultError =>
  new FaultError({
    kind: 'file',
    title: 'A row of a parquet file has no picture',
    what: 'The other rows are read.',
    expected: 'the bytes of a picture',
    got: `only a path in ${file}`,
    todo: ['Save the data set with its pictures embedded.'],
  });

const damagedRows = (rows: string, error: unknown): FaultError =>
  new FaultError({
    kind: 'file',
    title: 'Rows of a parquet file cannot be read',
    what: 'The file is damaged there, or has changed since you chose it. The other rows are read.',
    expected: rows,
    got: String(error).slice(0, 80),
    todo: ['Download the file again.'],
  });
