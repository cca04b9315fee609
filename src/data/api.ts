// What the data folder gives the trainer, types only: data sets, opened sets of pictures, reports of an
// import. Not here: batches (batches.ts).
import type { Space } from './space.ts';

export interface DatasetInfo {
  /** `planets`, `shapes`, `faces`, `emoji`, or `own-<8 hex digits of the fingerprint>`. */
  id: string;
  /** Shown on the page: "Planets", or the name of the user's folder. */
  title: string;
  count: number;
  /** Edge of the stored pictures, in pixels. */
  storedSize: number;
  /** SHA-256 (hex) of the set's pixels: a run compares it with the set that it began with. */
  fingerprint: string;
  /** As `fingerprint`, of captions and classes. Absent: they come with the app, or are not known to it. */
  words?: string;
  /** The fingerprint that it was imported with, where pictures were removed or cut by hand since. */
  imported?: string;
  /** Author and licence of the pictures; empty for the user's own. */
  credit: string;
  builtIn: boolean;
  /** True when at least one picture has a caption. */
  captions: boolean;
  /** Number of its classes. Absent: nothing tells its pictures apart, or it is not known. */
  classes?: number;
  /** Absent: pixels. */
  space?: Space;
  /** Bytes that are fetched when the set is first opened, and then kept. Absent: it comes with the app. */
  download?: number;
}

/** A data set opened at a run's image size. */
export interface PictureSet {
  info: DatasetInfo;
  /** min(info.count, maxImages). */
  count: number;
  /** Edge of a picture, in pixels. */
  size: number;
  /** Picture `index` as uint8 RGB, [size, size, 3]. */
  read(index: number): Promise<Uint8Array>;
  /** The pictures as they are stored, [size, size, 3] of another size where there are more pixels. */
  stored: { size: number; read(index: number): Promise<Uint8Array> };
  /** One caption a line; empty where the picture has none. */
  caption(index: number): string;
  /** Path of the file that the picture was imported from; empty where it is not known. */
  fileName(index: number): string;
  /** Its class; empty where nothing tells classes apart. */
  className(index: number): string;
  /** Whether nothing was changed in the set, or imported in its place, since it was opened. */
  isCurrent(): Promise<boolean>;
}

export interface SkippedFile {
  name: string;
  /** Goes on from the file's name: "it is empty". */
  why: string;
}

/**
 * Files that were left out, or are doubtful, by reason: the most frequent first, one file of each by name.
 */
export interface Tally {
  count: number;
  reasons: { why: string; count: number; example: string }[];
}

/** `files`: the first 500; an import that went on names those since then. */
export interface ToldFiles extends Tally {
  files: SkippedFile[];
}

export interface ImportProgress {
  /** Entries that were tried; one that went on begins behind those of before. */
  done: number;
  /** As many as `done` where the number is not known. */
  total: number;
  skipped: number;
  /** Over the last seconds; null before it is known. */
  perSecond: number | null;
  /**
   * Pictures stored since the last report, [size, size, 3] bytes each; of the first 60 of an import only.
   */
  stored: Uint8Array[];
  size: number;
}

export interface ImportReport {
  info: DatasetInfo;
  /** Pictures that the import added. */
  added: number;
  /** The set was there already, with captions changed by hand: these stayed in the place of the files'. */
  keptCaptions: boolean;
  /** Pictures left out because the set has the same pixels already. */
  duplicates: number;
  /** Files that are no usable picture or caption; the import went on without them. */
  skipped: ToldFiles;
  /** Pictures that were imported and hardly show anything: nearly black, or of one colour. */
  doubtful: ToldFiles;
}

/**
 * An import that was stopped, killed or met a full disk: it goes on where the same files are given again.
 */
export interface StoppedImport {
  /** Its name in the store. */
  folder: string;
  /** Of its files (stopped-imports.ts). */
  fingerprint: string;
  title: string;
  /** Entries that were tried, of `total`; null: their number is not known. */
  done: number;
  total: number | null;
  /** Pictures that are stored. */
  stored: number;
}
