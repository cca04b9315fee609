// The records of a large JSON file whose outermost object has lists of them, as {"images": [{...}, ...]}:
// read piece by piece, so that 92 MB of COCO captions never are in memory at once. Not here: what a record
// means.
import { FaultError } from '../fault.ts';
import { readBytes } from './file-bytes.ts';

const PIECE_BYTES = 4 * 1024 * 1024;
/** A record of pictures and captions has some hundred bytes. */
const MOST_RECORD_BYTES = 8 * 1024 * 1024;

const [QUOTE, BACKSLASH] = [0x22, 0x5c];
const [OPEN_LIST, CLOSE_LIST, OPEN, CLOSE] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Calls `use[key]` with each object in the list under that key of the file's outermost object, in the file's
 * order; all else is passed over. Throws FaultError kind `file` where the file is no JSON object, is cut off,
 * or such an object is damaged or has over 8 MiB. `pieceBytes`: bytes that are read at once.
 */
export async function eachRecord(
  file: Blob,
  use: Readonly<Record<string, (record: unknown) => void>>,
  pieceBytes = PIECE_BYTES,
): Promise<void> {
  const scanner = new Scanner(use);
  for (let at = 0; at < file.size; at += pieceBytes)
    scanner.push(await readBytes(file, at, Math.min(at + pieceBytes, file.size)));
  scanner.finish();
}

class Scanner {
  readonly #use: ReadonlyMap<string, (record: unknown) => void>;
  readonly #decoder = new TextDecoder();
  /** What is open: the outermost object 1, a list in it 2, a record in that 3. */
  #depth = 0;
  #isOpened = false;
  #inString = false;
  #isEscaped = false;
  /** Of the bytes that are held: where a key or a record begins; -1 outside. */
  #begin = -1;
  /** The last string of the outermost object, which is the key of what follows. */
  #key = '';
  /** Whether the list that is open is one of records. */
  #inList = false;
  #held = new Uint8Array(0);

  constructor(use: Readonly<Record<string, (record: unknown) => void>>) {
    this.#use = new Map(Object.entries(use));
  }

  push(piece: Uint8Array<ArrayBuffer>): void {
    const from = this.#held.length;
    const bytes = from === 0 ? piece : joined(this.#held, piece);
    for (let at = from; at < bytes.length; at++)
      if (this.#inString) at = this.#endString(bytes, at);
      else this.#take(bytes, at);
    const keep = this.#begin === -1 ? bytes.length : this.#begin;
    if (bytes.length - keep > MOST_RECORD_BYTES)
      throw unsound(
        'records of at most 8 MiB',
        `a longer one under ${JSON.stringify(this.#key.slice(0, 64))}`,
      );
    this.#held = bytes.slice(keep);
    if (this.#begin !== -1) this.#begin = 0;
  }

  finish(): void {
    if (!this.#isOpened) throw unsound('a JSON object', 'none');
    if (this.#depth > 0) throw unsound('a whole JSON object', 'one that is cut off');
  }

  #take(bytes: Uint8Array, at: number): void {
    const byte = bytes[at] as number;
    if (byte === QUOTE) {
      this.#inString = true;
      if (this.#depth === 1) this.#begin = at;
    } else if (byte === OPEN || byte === OPEN_LIST) this.#open(byte, at);
    else if (byte === CLOSE || byte === CLOSE_LIST) this.#close(bytes, at);
  }

  /** Where the string that `at` lies in ends; behind the bytes where it goes on in the next piece. */
  #endString(bytes: Uint8Array, at: number): number {
    const from = this.#isEscaped ? at + 1 : at;
    const isEscaped = (end: number): boolean => {
      let slashes = 0;
      while (end - slashes > from && bytes[end - slashes - 1] === BACKSLASH) slashes++;
      return slashes % 2 === 1;
    };
    let quote = bytes.indexOf(QUOTE, from);
    while (quote !== -1 && isEscaped(quote)) quote = bytes.indexOf(QUOTE, quote + 1);
    this.#inString = quote === -1;
    this.#isEscaped = quote === -1 && isEscaped(bytes.length);
    if (quote !== -1 && this.#depth === 1) this.#key = String(this.#value(bytes, quote));
    return quote === -1 ? bytes.length : quote;
  }

  #open(byte: number, at: number): void {
    this.#isOpened = true;
    this.#depth++;
    if (this.#depth === 1 && byte !== OPEN) throw unsound('a JSON object', 'a list');
    if (this.#depth === 2) this.#inList = byte === OPEN_LIST && this.#use.has(this.#key);
    if (this.#depth === 3 && byte === OPEN && this.#inList) this.#begin = at;
  }

  #close(bytes: Uint8Array, at: number): void {
    if (this.#depth === 0) throw unsound('one JSON object', 'more brackets that close than open');
    if (this.#depth === 3 && this.#begin !== -1) this.#use.get(this.#key)?.(this.#value(bytes, at));
    this.#depth--;
  }

  /** The JSON from `#begin` to `at`. */
  #value(bytes: Uint8Array, at: number): unknown {
    const text = this.#decoder.decode(bytes.subarray(this.#begin, at + 1));
    this.#begin = -1;
    try {
      return JSON.parse(text);
    } catch {
      throw unsound('sound JSON', text.slice(0, 80));
    }
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}

const unsound = (expected: string, got: string): FaultError =>
  new FaultError({
    kind: 'file',
    title: 'This JSON file cannot be read',
    what: 'It is damaged or holds something else than lists of pictures and captions.',
    expected,
    got,
    todo: ['Download or write the file again.'],
  });
