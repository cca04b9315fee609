// The file that a picture of a set was imported from, among files that are at hand: the store keeps only the
// square that was cut. Found by its place and its path, and told by its SHA-256. Not here: which files are at
// hand (trainer/desk.ts), storing another square (../edit-squares.ts).
import { type Fault, FaultError } from '../../fault.ts';
import type { Original, PictureSquare } from '../browse-api.ts';
import { bytesOf, checkPicture, decodeWhole } from '../decode.ts';
import { sentOf } from '../decode-ahead.ts';
import { decodePicture, type SentPicture } from '../decode-picture.ts';
import { type Framing, squareAt } from '../framing.ts';
import { framingOf } from '../sources/framed.ts';
import { chosenForEntry, joined } from '../sources/joined.ts';
import type { Chosen, Source, SourceEntry } from '../sources/source.ts';
import type { CutSquare } from '../store/cut-square-bytes.ts';
import type { PictureRecord } from '../store/record.ts';
import type { BrowsedSet } from './browsed-set.ts';

/** Longest side of a whole picture that is shown, in pixels. */
const SHOWN = 768;

/** Of so few files each may be the picture, whatever it is called now. */
const FEW = 16;

/** How the sources are looked through. */
export interface Search {
  /** Fingerprint of their files: only the set of their import is looked for in them. Null: any set. */
  files: string | null;
  signal: AbortSignal;
}

const NEVER = new AbortController().signal;
const TO_THE_END: Search = { files: null, signal: NEVER };

/**
 * The file that was found last, so that nothing is looked through again when a square of it is saved. Known
 * by its digest: whatever set it is asked for.
 */
export class FoundFile {
  #last: { digest: Uint8Array; picture: SourcePicture } | null = null;

  keep(digest: Uint8Array, picture: SourcePicture): void {
    this.#last = { digest, picture };
  }

  /** Null where it is another one, or cannot be read any more. */
  async sent(record: PictureRecord): Promise<SentPicture | null> {
    const isIt = this.#last?.digest.every((byte, i) => byte === record.sourceDigest[i]) ?? false;
    return this.#last && isIt ? sentIfSame(this.#last.picture, record) : null;
  }
}

type SourcePicture = SourceEntry['picture'];

/** A picture of a set: its number, its record, how it was framed. */
interface Wanted {
  set: BrowsedSet;
  number: number;
  record: PictureRecord;
  framing: Framing;
  chosen: Chosen;
}

/**
 * The whole picture `number` from the files of these sources; null where none of them is its file, or
 * `signal` is aborted. Throws FaultError kind `data` where a file that has its path is another one by now, or
 * nothing is known of it.
 */
export async function originalOf(
  set: BrowsedSet,
  number: number,
  sources: readonly Source[],
  found: FoundFile,
  { files, signal }: Search = TO_THE_END,
): Promise<Original | null> {
  const wanted = await wantedOf(set, number);
  if (files !== null && files !== (await set.note())?.fingerprint) return null;
  const sent = await findSent(wanted, sources, found, signal);
  if (!sent) return null;
  const { of, shown } = await wholeOf(sent, wanted);
  const imported = squareAt(of.width, of.height, wanted.framing.crop, wanted.record.place);
  return { ...of, square: set.squareOf(number)?.region ?? imported, imported, shown };
}

/** Another square of the same picture. Throws as `originalOf`; and where its file is not there any more. */
export async function cutFrom(
  set: BrowsedSet,
  number: number,
  region: PictureSquare,
  sources: readonly Source[],
  found: FoundFile,
): Promise<CutSquare> {
  const wanted = await wantedOf(set, number);
  const sent = (await found.sent(wanted.record)) ?? (await findSent(wanted, sources, found, NEVER));
  if (!sent) throw new FaultError(fileGone(set, number));
  const framing = { ...wanted.framing, size: set.size, region };
  const cut = await decodePicture(sent, framing, () => Promise.resolve());
  if (!cut.ok) throw new FaultError(unreadable(set, number, cut.why));
  return { region: cut.region, differenceHash: cut.traits.differenceHash.slice(), pixels: cut.pixels };
}

async function wantedOf(set: BrowsedSet, number: number): Promise<Wanted> {
  const record = set.record(number);
  if (!record || record.width === 0) throw new FaultError(unknownFile(set, number));
  const note = await set.note();
  // Pictures that were added to come first. The note tells what was chosen for those that were added.
  const chosen = note && number >= (note.addTo?.count ?? 0) ? note.chosen : {};
  return { set, number, record, chosen, framing: framingOf(chosenForEntry(record.entry, chosen)) };
}

/** The picture's file by its place in the source of the import, by its path, by its bytes. */
async function findSent(
  wanted: Wanted,
  sources: readonly Source[],
  found: FoundFile,
  signal: AbortSignal,
): Promise<SentPicture | null> {
  const ifSame = async ({ picture }: SourceEntry): Promise<SentPicture | null> => {
    const sent = await sentIfSame(picture, wanted.record);
    if (sent) found.keep(wanted.record.sourceDigest, picture);
    return sent;
  };
  const { set, number, record, chosen } = wanted;
  const source = joined(sources);
  const path = set.texts(number).name;
  const base = path.slice(path.lastIndexOf('/') + 1);
  for await (const entry of source.entries(record.entry, chosen)) {
    if (signal.aborted) return null;
    if (entry.path !== path) break;
    const sent = await ifSame(entry);
    if (sent) return sent;
    break;
  }
  let isAnother = false;
  const few = (source.facts.count ?? Infinity) <= FEW;
  for await (const entry of source.entries(0, chosen)) {
    if (signal.aborted) return null;
    const isNamed = entry.path === path || entry.path.endsWith(`/${base}`) || entry.path === base;
    if (!isNamed && !few) continue;
    const sent = await ifSame(entry);
    if (sent) return sent;
    isAnother ||= isNamed;
  }
  if (isAnother) throw new FaultError(otherFile(set, number));
  return null;
}

async function sentIfSame(
  picture: SourcePicture,
  { sourceDigest }: PictureRecord,
): Promise<SentPicture | null> {
  // A file that has changed on the disk since it was chosen cannot be read.
  const sent = await sentOf(picture).catch(() => null);
  const bytes = sent && (sent.kind === 'pixels' ? sent.bytes : await bytesOf(sent.content));
  if (!sent || !bytes || typeof bytes === 'string') return null;
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return sourceDigest.every((byte, i) => byte === digest[i]) ? sent : null;
}

/** Throws FaultError kind `data` where it cannot be decoded. */
async function wholeOf(
  sent: SentPicture,
  { set, number, framing }: Wanted,
): Promise<{ of: { width: number; height: number }; shown: Original['shown'] }> {
  if (sent.kind === 'pixels') return { of: sent, shown: rgbaOf(sent) };
  const checked = await checkPicture(sent.content);
  const whole = checked.ok ? await decodeWhole(sent.content, checked.header, framing.ground, SHOWN) : checked;
  if (!whole.ok) throw new FaultError(unreadable(set, number, whole.why));
  const { width, height, data } = whole.shown;
  return { of: whole.of, shown: { width, height, rgba: data } };
}

function rgbaOf({
  bytes,
  width,
  height,
  channels,
}: Extract<SentPicture, { kind: 'pixels' }>): Original['shown'] {
  const rgba = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++)
    for (let c = 0; c < 3; c++) rgba[i * 4 + c] = bytes[i * channels + (channels === 1 ? 0 : c)] ?? 0;
  return { width, height, rgba };
}

const nameOf = (set: BrowsedSet, number: number): string =>
  set.texts(number).name.slice(-64) || `picture ${number + 1}`;

const fileGone = (set: BrowsedSet, number: number): Fault => ({
  kind: 'data',
  title: `The file of ${nameOf(set, number)} is not at hand any more`,
  what: 'The set keeps only the square that was cut of it. Nothing was changed.',
  expected: 'the file that the picture was imported from',
  got: 'none of the files that were chosen last',
  todo: ['Choose the file again, then move the square.'],
});

const otherFile = (set: BrowsedSet, number: number): Fault => ({
  kind: 'data',
  title: `This ${nameOf(set, number)} is not the file that was imported`,
  what: 'It has changed since, or is another file of the same name: told by its SHA-256. Nothing was changed.',
  expected: 'a file of the same bytes',
  got: 'other bytes',
  todo: ['Choose the file as it was when it was imported.', 'Or import this one as a picture of its own.'],
});

const unreadable = (set: BrowsedSet, number: number, why: string): Fault => ({
  kind: 'data',
  title: `The file of ${nameOf(set, number)} cannot be decoded now`,
  what: 'Nothing was changed.',
  expected: 'the picture that was imported',
  got: why,
  todo: ['Choose the file again.'],
});

const unknownFile = (set: BrowsedSet, number: number): Fault => ({
  kind: 'data',
  title: `Nothing is known of the file of ${nameOf(set, number)}`,
  what: 'It was imported by an earlier version, which kept only its pixels. Nothing was changed.',
  expected: 'a picture whose file is noted',
  got: 'no note',
  todo: ['Import the files again to cut other squares of them.'],
});
