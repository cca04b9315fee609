// A source: pictures with their words in a fixed order, whatever form they were brought in, and what is said
// of them before an import. Types only. Not here: the forms (layouts/), what stores them (own-pictures.ts).
import type { Loss } from '../../formats/lost-file.ts';
import type { SkippedFile } from '../api.ts';
import type { Content } from '../content.ts';
import type { Framing } from '../framing.ts';
import type { Member } from './member.ts';

export interface Source {
  facts: SourceFacts;
  /** Entries from number `from` on, in the source's order, which is the same at every call. */
  entries(from: number, chosen: Chosen): AsyncIterable<SourceEntry>;
}

export interface SourceEntry {
  /** Place in the source, from 0; rises, and may leave numbers out. An import goes on behind it. */
  number: number;
  path: string;
  picture: EncodedPicture | RawPicture;
  /** One caption a line, cleaned (captions.ts); empty where there is none. */
  caption: string;
  /** The name of its class; empty where there are no classes. */
  className: string;
  /** What was meant for this picture and cannot be used, as a caption of 1 MB. */
  unused?: SkippedFile;
  /** The files of its words, where they are its own. Absent: it has none, or they were read before. */
  words?: WordFiles;
  /** How it becomes a square. Absent: as where nothing is chosen. */
  framing?: Framing;
}

/** Files beside a picture, as its caption and its class. */
export interface WordFiles {
  files: readonly Pick<Member, 'read'>[];
  /** The one that could not be read because it is lost; null: none. */
  lost: { path: string; loss: Loss } | null;
}

/** An encoded file, as JPEG or PNG. */
export interface EncodedPicture {
  kind: 'file';
  /** Throws FaultError where its bytes cannot be read. */
  read(): Promise<Content>;
}

/** Bytes that are pixels already: [height, width, channels]. */
export interface RawPicture {
  kind: 'pixels';
  width: number;
  height: number;
  channels: 1 | 3;
  read(): Promise<Uint8Array>;
}

export interface SourceFacts {
  /** Shown: "CelebA", "COCO captions 2017", "Pictures with captions". */
  kind: string;
  /** Loose pictures, of which nothing has to be said before they are imported. Absent: no. */
  isPlain?: boolean;
  /** Faces that all lie alike, of which a tighter square is usual. Absent: no. */
  isAligned?: boolean;
  /** Entries; null: only reading all of it tells. */
  count: number | null;
  /** What can be chosen before importing: caption column, split, attributes. */
  choices: readonly Choice[];
  /** Known licence note ("non-commercial research only"), else ''. */
  licence: string;
  /** What was left out by name. */
  ignored: readonly Ignored[];
  /** Rows whose picture is missing, and the like: sentences. */
  warnings: readonly string[];
  /** Files that were meant for pictures of this source and cannot be used, each by its name. */
  unused: readonly SkippedFile[];
}

export interface Ignored {
  /** Goes on from the count: "12 latent caches of other trainers". */
  why: string;
  count: number;
  /** Path of one. */
  example: string;
}

export interface Choice {
  /** `caption`, `split`, ... */
  id: string;
  /** Shown beside the select: "Caption". */
  label: string;
  options: readonly Option[];
  /** Taken where nothing else is chosen. */
  value: string;
}

export interface Option {
  value: string;
  label: string;
  example: string;
  /** Entries of the source that are left out where it is chosen. Absent: none. */
  leavesOut?: number;
}

/** Values by Choice.id; absent: the choice's own value. */
export type Chosen = Readonly<Record<string, string>>;

/** One form in which pictures come. */
export interface Layout {
  /**
   * The source among the members, of which none is a file of systems, and the members that are not of it;
   * null where none has this form.
   */
  recognise(members: readonly Member[]): Promise<Recognised | null>;
}

export interface Recognised {
  source: Source;
  rest: readonly Member[];
}
