// Reads a parquet file that is a Blob, by hyparquet: its columns and what kind each is, then rows, a group at
// a time. Packed plainly, by Snappy or Zstandard. Not here: what the columns mean (data/sources/layouts).
import { decompress } from 'fzstd';
import {
  type AsyncBuffer,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
  parquetSchema,
  type SchemaTree,
} from 'hyparquet';

/** `texts`: lists of text. `picture`: bytes and path of a file, as Hugging Face's data sets keep them. */
export interface ParquetColumn {
  name: string;
  kind: 'picture' | 'bytes' | 'text' | 'texts' | 'whole number' | 'other';
  /** How it is packed where that cannot be read: "BROTLI"; else null. */
  unread: string | null;
}

export interface ParquetFile {
  rows: number;
  columns: readonly ParquetColumn[];
  /** Names of the classes in columns of class numbers, by Hugging Face's note in the file. */
  classes: ReadonlyMap<string, readonly string[]>;
  /** Bounds of the parts that are read at once: rows begin..end-1. */
  parts: readonly { begin: number; end: number }[];
  /** Rows begin..end-1 of one part as objects of these columns; bytes are Uint8Arrays. May reject: damage. */
  read(columns: readonly string[], begin: number, end: number): Promise<Record<string, unknown>[]>;
}

const READ: ReadonlySet<string> = new Set(['UNCOMPRESSED', 'SNAPPY', 'ZSTD']);
/** A larger group is read in pieces of whole pages, which hold up to 1,024 rows. */
const GROUP_BYTES = 256 * 1024 * 1024;
const PAGE_ROWS = 1024;

/** Most rows: the numbers that an import has for the entries of a source (data/sources/joined.ts). */
const MOST_ROWS = 2 ** 24;

/** Opens a file by what stands at its end. Rejects where it is damaged, none or too large. */
export async function openParquet(file: Blob): Promise<ParquetFile> {
  const buffer: AsyncBuffer = {
    byteLength: file.size,
    slice: (begin, end) => file.slice(begin, end).arrayBuffer(),
  };
  const metadata = await parquetMetadataAsync(buffer);
  return {
    rows: rowsOf(metadata),
    columns: parquetSchema(metadata).children.map((tree) => columnOf(tree, metadata)),
    classes: classesIn(metadata),
    parts: partsOf(metadata),
    read: (columns, rowStart, rowEnd) =>
      parquetReadObjects({
        file: buffer,
        metadata,
        columns: [...columns],
        rowStart,
        rowEnd,
        compressors: { ZSTD: (input, size) => decompress(input, new Uint8Array(size)) },
        // Bytes of pictures have no note that they are none of a text.
        utf8: false,
        useOffsetIndex: largestGroup(metadata) > GROUP_BYTES,
      }),
  };
}

/** Throws where the groups have others than the file says, or too many: their parts would fill the memory. */
function rowsOf({ num_rows, row_groups }: FileMetaData): number {
  const counts = row_groups.map((group) => Number(group.num_rows));
  const sum = counts.reduce((all, count) => all + count, 0);
  if (sum !== Number(num_rows) || counts.some((count) => count < 0))
    throw new RangeError(`its groups have ${counts.slice(0, 8).join(' + ')} rows, not ${num_rows}`);
  if (sum > MOST_ROWS) throw new RangeError(`it has ${sum} rows, over ${MOST_ROWS}`);
  return sum;
}

function columnOf(tree: SchemaTree, { row_groups }: FileMetaData): ParquetColumn {
  const { name } = tree.element;
  const codecs = row_groups
    .flatMap(({ columns }) => columns)
    .filter(({ meta_data }) => meta_data?.path_in_schema[0] === name)
    .map(({ meta_data }) => meta_data?.codec ?? 'UNCOMPRESSED');
  return { name, kind: kindOf(tree), unread: codecs.find((codec) => !READ.has(codec)) ?? null };
}

function kindOf({ element, children }: SchemaTree): ParquetColumn['kind'] {
  const isText = element.converted_type === 'UTF8' || element.logical_type?.type === 'STRING';
  if (children.length === 0) {
    if (element.type === 'BYTE_ARRAY') return isText ? 'text' : 'bytes';
    return element.type === 'INT32' || element.type === 'INT64' ? 'whole number' : 'other';
  }
  const named = (child: string): boolean => children.some(({ element: { name } }) => name === child);
  if (named('bytes') && named('path')) return 'picture';
  const item = children.length === 1 ? children[0]?.children[0] : undefined;
  const isList = element.converted_type === 'LIST' || element.logical_type?.type === 'LIST';
  return isList && item && kindOf(item) === 'text' ? 'texts' : 'other';
}

function partsOf({ row_groups }: FileMetaData): { begin: number; end: number }[] {
  const parts: { begin: number; end: number }[] = [];
  let begin = 0;
  for (const { num_rows, total_byte_size } of row_groups) {
    const end = begin + Number(num_rows);
    const step = Number(total_byte_size) > GROUP_BYTES ? PAGE_ROWS : Math.max(1, end - begin);
    for (; begin < end; begin = Math.min(end, begin + step))
      parts.push({ begin, end: Math.min(end, begin + step) });
  }
  return parts;
}

const largestGroup = ({ row_groups }: FileMetaData): number =>
  row_groups.reduce((most, { total_byte_size }) => Math.max(most, Number(total_byte_size)), 0);

/** By the key `huggingface`, JSON of the features: `{"info":{"features":{"label":{"names":["cat"]}}}}`. */
function classesIn({ key_value_metadata }: FileMetaData): Map<string, string[]> {
  const note = key_value_metadata?.find(({ key }) => key === 'huggingface')?.value;
  const classes = new Map<string, string[]>();
  for (const [name, feature] of Object.entries(featuresIn(note ?? '{}'))) {
    const { names } = Object(feature) as { names?: unknown };
    if (Array.isArray(names)) classes.set(name, names.map(String));
  }
  return classes;
}

function featuresIn(note: string): object {
  try {
    const { info } = JSON.parse(note) as { info?: { features?: unknown } };
    return Object(info?.features) as object;
  } catch {
    return {};
  }
}
