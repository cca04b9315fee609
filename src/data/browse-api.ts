// What looking through a set of pictures and changing it asks and answers, types only. Not here: what answers
// (browse/), the commands (trainer/api.ts).
import type { DatasetInfo } from './api.ts';

/** Which pictures of a set are shown; all conditions hold at once. */
export interface PicturesQuery {
  dataset: string;
  /** Text that a caption or a file name has, letters of either case; empty: any. */
  search: string;
  /** A word that a caption has; null: any. */
  word: string | null;
  /** Null: any. */
  className: string | null;
  /** `enlarged`: the file was smaller than what is stored. */
  only: 'all' | 'without-caption' | 'enlarged' | 'removed';
  order: 'stored' | 'smallest-source' | 'blurred-first';
}

/** `indices`: numbers in the stored set, which stay when pictures are removed. `of`: pictures not removed. */
export interface FoundIndices {
  indices: Uint32Array<ArrayBuffer>;
  of: number;
  removed: number;
  /** Changes of the set that can be undone, whenever they were made; the oldest first. */
  undoable: readonly UndoableChange[];
}

/** A change of the captions, or of the squares, of so many pictures. */
export interface UndoableChange {
  of: 'captions' | 'squares';
  pictures: number;
}

export interface PictureNote {
  index: number;
  fileName: string;
  className: string;
  /** One a line. */
  caption: string;
  /** Of the file; 0: not known. */
  width: number;
  height: number;
  edited: boolean;
  /** Whether its square was cut by hand. */
  cut: boolean;
  removed: boolean;
}

/** A square of a picture that stands upright, in pixels of its file. */
export interface PictureSquare {
  left: number;
  top: number;
  edge: number;
}

/** The whole picture that a square is cut of. */
export interface Original {
  /** Of its file, upright, in pixels. */
  width: number;
  height: number;
  /** What is cut of it now, and what the import had cut. */
  square: PictureSquare;
  imported: PictureSquare;
  /** The picture, smaller where it is large: [height, width, 4] bytes. */
  shown: { width: number; height: number; rgba: Uint8ClampedArray<ArrayBuffer> };
}

export type CaptionEdit =
  | { kind: 'set'; caption: string }
  | { kind: 'prefix'; text: string }
  | { kind: 'suffix'; text: string }
  | { kind: 'add-word'; word: string }
  | { kind: 'remove-word'; word: string }
  | { kind: 'replace-word'; word: string; by: string };

export interface Edited {
  info: DatasetInfo;
  changed: number;
  canUndo: boolean;
}

/** `times`: captions that have the word. */
export interface WordCount {
  word: string;
  times: number;
}

export interface ClassCount {
  name: string;
  count: number;
}

/** Each group has the picture of the largest file first. */
export interface DuplicateGroups {
  groups: Uint32Array<ArrayBuffer>[];
  pictures: number;
}

/** `distance`: mean squared difference of grey 16 x 16 pixels, 0..1. */
export interface NearPicture {
  index: number;
  distance: number;
}
