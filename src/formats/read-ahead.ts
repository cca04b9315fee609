// Small pieces of large files, read by way of larger ones: in Chromium each read of a Blob costs half a
// millisecond, however small. As a page cache reads ahead: where pieces follow one another the reads grow to
// 4 MiB, and the next one begins before it is wanted; pieces here and there are read almost alone. Not here:
// what the pieces are (zip-reader.ts, tar-reader.ts).
import { readBytes } from './file-bytes.ts';

/** Pieces of fewer bytes are read faster by way of larger ones. */
export const SMALL_BYTES = 256 * 1024;

/** Of the first read at a place, and of all reads there at most; each is four times the one before. */
const FIRST_BYTES = 32 * 1024;
const MOST_BYTES = 4 * 1024 * 1024;
const GROWTH = 4;
/** Bytes that are read for nothing, rather than with a read of their own behind them. */
const MOST_BETWEEN = 128 * 1024;
/** Places that are read on at once, as pictures and their captions in two folders. */
const MOST_PLACES = 4;
/** Reads that are held at each: what is asked for is only roughly in order. */
const MOST_SPANS = 3;

/** Bytes begin..end-1 of a file, read or being read. */
interface Span {
  file: Blob;
  begin: number;
  end: number;
  bytes: Promise<Uint8Array<ArrayBuffer>>;
}

/** Where a file is read on: the newest span is the last. */
interface Place {
  spans: Span[];
  /** Whether pieces came one behind the other here. */
  isInOrder: boolean;
}

/**
 * Reads pieces of any number of files. It holds 48 MiB at most: one reader of all archives of an import is
 * better than one each.
 */
export class ReadAhead {
  /** The place that was read from last is the last. */
  #places: Place[] = [];

  /** Bytes begin..end-1 of a file, in a buffer of their own; throws as readBytes does. */
  bytes(file: Blob, begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
    if (end - begin >= SMALL_BYTES) return readBytes(file, begin, end);
    // Captions are asked for before their pictures: one place reads on for both.
    const place =
      this.#places.findLast((one) => holds(one, file, begin, end)) ??
      this.#places.findLast((one) => isNear(one, file, begin)) ??
      newPlace();
    this.#useLast(place);
    const spans = spansFor(place, file, begin, end);
    return pieceOf(spans, begin, end).catch((error: unknown) => {
      this.#forget(file);
      throw error;
    });
  }

  /** Of a file that cannot be read, nothing is held: whether it is there again shows when it is read anew. */
  #forget(file: Blob): void {
    this.#places = this.#places.filter(({ spans: [first] }) => first?.file !== file);
  }

  #useLast(place: Place): void {
    const at = this.#places.indexOf(place);
    if (at !== -1) this.#places.splice(at, 1);
    else if (this.#places.length === MOST_PLACES) this.#places.shift();
    this.#places.push(place);
  }
}

const newPlace = (): Place => ({ spans: [], isInOrder: false });

/** Whether a piece lies in what is held at a place. */
const holds = (place: Place, file: Blob, begin: number, end: number): boolean =>
  isNear(place, file, begin) && end <= (place.spans.at(-1)?.end ?? 0);

/** Whether a piece that begins there lies in what is held, or a little behind it. */
function isNear({ spans }: Place, file: Blob, begin: number): boolean {
  const [first, last] = [spans[0], spans.at(-1)];
  if (!first || !last) return false;
  return first.file === file && begin >= first.begin && begin <= last.end + MOST_BETWEEN;
}

/** The spans that hold bytes begin..end-1, which are read where they are not; forgets those before. */
function spansFor(place: Place, file: Blob, begin: number, end: number): Span[] {
  while (end > (place.spans.at(-1)?.end ?? 0) || place.spans.length === 0) readOn(place, file, begin, end);
  const needed = place.spans.filter((span) => span.begin < end && span.end > begin);
  const last = place.spans.at(-1) as Span;
  // The next read begins while the last one is used.
  if (place.isInOrder && end > (last.begin + last.end) / 2 && last.end < file.size)
    readOn(place, file, last.end, last.end + 1);
  place.spans = place.spans.slice(-MOST_SPANS);
  return needed;
}

/** Reads the next span, which holds at least what of bytes begin..end-1 lies behind the last one. */
function readOn(place: Place, file: Blob, begin: number, end: number): void {
  const last = place.spans.at(-1);
  place.isInOrder = last !== undefined;
  // A picture is asked for behind its caption, and may lie before it.
  const from = last?.end ?? begin - (begin % FIRST_BYTES);
  const length = last
    ? Math.min(MOST_BYTES, (last.end - last.begin) * GROWTH)
    : FIRST_BYTES + (begin % FIRST_BYTES);
  const to = Math.max(end, Math.min(from + length, file.size));
  const bytes = readBytes(file, from, to);
  // What fails ahead of its turn is told in its turn.
  bytes.catch(() => undefined);
  place.spans.push({ file, begin: from, end: to, bytes });
}

async function pieceOf(spans: readonly Span[], begin: number, end: number): Promise<Uint8Array<ArrayBuffer>> {
  const piece = new Uint8Array(end - begin);
  for (const span of spans) {
    const from = Math.max(begin, span.begin);
    const part = (await span.bytes).subarray(from - span.begin, end - span.begin);
    piece.set(part, from - begin);
  }
  return piece;
}
