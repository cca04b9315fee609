// What the data folder gives the trainer, types only: a set of pictures and its batches.

export interface DatasetInfo {
  /** `planets`, `shapes`, or `own-<8 hex digits of the fingerprint>`. */
  id: string;
  /** Shown: "Planets", or the folder's name. */
  title: string;
  count: number;
  /** Edge of the stored pictures in pixels. */
  storedSize: number;
  /** SHA-256 (hex) over the stored bytes' identity: tells a changed set from the one a run began with. */
  fingerprint: string;
  /** Whose pictures and under which licence; empty for the user's own. */
  credit: string;
  builtIn: boolean;
  /** True when at least one picture has a caption. */
  captions: boolean;
}

/** A set opened at a run's image size. */
export interface PictureSet {
  info: DatasetInfo;
  /** min(info.count, maxImages). */
  count: number;
  size: number;
  /** Picture `index` as uint8 RGB, [size, size, 3]. */
  read(index: number): Promise<Uint8Array>;
  caption(index: number): string;
}

export interface SkippedFile {
  name: string;
  why: string;
}

export interface ImportProgress {
  done: number;
  total: number;
  skipped: number;
}

export interface ImportReport {
  info: DatasetInfo;
  /** Files that are no usable picture: counted and listed, the import went on. */
  skipped: SkippedFile[];
}
