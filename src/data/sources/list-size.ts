// How long lists may be, since they are held in memory as a whole: told by name and size, before anything of
// them is read, and unpacked for it. Not here: reading them (layouts/).
import type { Member } from './member.ts';

const MIB = 2 ** 20;

interface Limit {
  bytes: number;
  /** What it is, and what to do; as they stand in a sentence. */
  what: string;
  way: string;
}

/** Longer texts do not fit into one string of every browser, and their rows not into memory. */
const LOOSE: Limit = { bytes: 256 * MIB, what: 'a list', way: 'split it into several files' };
/** In an archive a list is held twice: as it is unpacked, and as text. */
const WITHIN: Limit = {
  bytes: 64 * MIB,
  what: 'a list in an archive',
  way: 'take it out, and choose the archive and the list together',
};
/** Of a parquet file some rows at a time are read where it lies, but not where it is packed. */
const PACKED: Limit = {
  bytes: 512 * MIB,
  what: 'a parquet file that is packed in an archive',
  way: 'unpack the archive, and choose what is in it',
};

/** Lists that are read as one text. COCO's, .json, are read piece by piece. */
const TEXT = /\.(?:csv|tsv|jsonl|txt)$|(?:^|\/)dataset\.json$/i;

/** Why a list (CSV, TSV, JSONL, TXT, StyleGAN's JSON, parquet) is too long to be read; null: it is not. */
export function tooLong({ path, size, archive }: Member): string | null {
  const limit = limitOf(path, archive);
  if (!limit || size <= limit.bytes) return null;
  const { bytes, what, way } = limit;
  return `it is ${what}, of ${mebibytes(size)}; at most ${mebibytes(bytes)} are read: ${way}`;
}

function limitOf(path: string, archive: Member['archive']): Limit | null {
  if (TEXT.test(path)) return archive === undefined ? LOOSE : WITHIN;
  return /\.parquet$/i.test(path) && archive === 'packed' ? PACKED : null;
}

/** Rounded up: no size over a limit is told as the limit. */
const mebibytes = (bytes: number): string => `${Math.ceil(bytes / MIB).toLocaleString('en-US')} MiB`;
