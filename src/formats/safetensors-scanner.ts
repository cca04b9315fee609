// Scans the JSON of a safetensors header strictly: only the shape that the format
// has, duplicate keys refused, limits kept while reading. Not a general JSON
// parser. Not here: what offsets and shapes must add up to (safetensors.ts).
import { FaultError } from '../fault.ts';

/** A file with more tensors is refused; a large UNet of diffusers has about 2,000. */
export const MAX_TENSORS = 20_000;
/** A tensor of more dimensions is refused. */
export const MAX_RANK = 8;
/**
 * Most keys of `__metadata__`. Ours has about 15; the limit bounds what a hostile header can make us keep.
 */
const MAX_METADATA = 10_000;
/** Longest text of a file that a message repeats. */
const SHOWN = 80;

/**
 * One tensor as the header states it, only its form checked. Offsets count bytes from the end of the header.
 */
export interface TensorEntry {
  name: string;
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

export interface ScannedHeader {
  entries: TensorEntry[];
  metadata: Map<string, string>;
}

/** A fault of kind `file` for a safetensors file that is not as the format asks. */
export function unsound(expected: string, got: string): FaultError {
  return new FaultError({
    kind: 'file',
    title: 'This is not a sound safetensors file',
    what: 'It was not opened, and nothing was changed.',
    expected,
    got,
    todo: ['Choose another file.', 'Or export or copy it again from where it came from.'],
  });
}

/** A fault of kind `file` for a file whose end is missing. `kind`: what the file is. */
export function cutOff(kind: string, expected: string, got: string): FaultError {
  return new FaultError({
    kind: 'file',
    title: `This ${kind} is cut off`,
    what: 'Its end is missing: a download or a copy was interrupted. Nothing was changed.',
    expected,
    got,
    todo: ['Download or copy it again, to its end.'],
  });
}

/** A text out of a file, shortened to 80 characters for a message. */
export const shown = (text: string): string =>
  text.length > SHOWN ? `${text.slice(0, SHOWN)}… (${text.length} characters)` : text;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const ZERO = 0x30;
const NINE = 0x39;

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  #code(): number {
    return this.#at < this.#text.length ? this.#text.charCodeAt(this.#at) : -1;
  }

  #skipSpace(): void {
    for (let code = this.#code(); code === 0x20 || (code >= 9 && code <= 13); code = this.#code()) {
      if (code === 11 || code === 12) return;
      this.#at += 1;
    }
  }

  fail(expected: string): FaultError {
    const here = this.#text.slice(this.#at, this.#at + 16);
    return unsound(
      expected,
      `${here === '' ? 'the end of the header' : JSON.stringify(here)} at character ${this.#at} of the header`,
    );
  }

  expect(char: string): void {
    this.#skipSpace();
    if (this.#text[this.#at] !== char) throw this.fail(`"${char}"`);
    this.#at += 1;
  }

  take(char: string): boolean {
    this.#skipSpace();
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  end(): void {
    this.#skipSpace();
    if (this.#at !== this.#text.length) throw this.fail('nothing but spaces after the header');
  }

  string(): string {
    this.expect('"');
    const start = this.#at;
    let escaped = false;
    for (let code = this.#code(); code !== QUOTE; code = this.#code()) {
      if (code < 0x20) throw this.fail('a string without control characters, closed by "');
      if (code === BACKSLASH) {
        escaped = true;
        this.#at += 1;
      }
      this.#at += 1;
    }
    const raw = this.#text.slice(start, this.#at);
    this.#at += 1;
    if (!escaped) return raw;
    return this.#unescape(raw);
  }

  #unescape(raw: string): string {
    let text: unknown;
    try {
      text = JSON.parse(`"${raw}"`);
    } catch {
      throw unsound('valid escapes in strings', shown(raw));
    }
    // A lone surrogate is no Unicode text: two names that
    // differ in one could be written to a file as the same.
    if (typeof text !== 'string' || /\p{Cs}/u.test(text)) throw unsound('Unicode text', shown(raw));
    return text;
  }

  /** A whole number from 0 to 2^53 - 1, without sign, fraction or exponent. */
  integer(): number {
    this.#skipSpace();
    const start = this.#at;
    for (let code = this.#code(); code >= ZERO && code <= NINE; code = this.#code()) this.#at += 1;
    const digits = this.#text.slice(start, this.#at);
    const value = Number(digits);
    if (digits === '' || !Number.isSafeInteger(value) || (digits.length > 1 && digits.startsWith('0'))) {
      this.#at = start;
      throw this.fail('a whole number from 0 to 2^53 - 1');
    }
    return value;
  }

  /**
   * `{ key: value, ... }`: calls `member` at each value. Duplicate keys
   * are refused, where JSON.parse would keep the last one in silence.
   */
  object(what: string, limit: number, member: (key: string) => void): void {
    this.expect('{');
    if (this.take('}')) return;
    const seen = new Set<string>();
    do {
      const key = this.string();
      if (seen.has(key)) throw unsound(`every key of ${what} once`, `${shown(key)} twice`);
      if (seen.size === limit) throw unsound(`at most ${limit} keys in ${what}`, 'more');
      seen.add(key);
      this.expect(':');
      member(key);
    } while (this.take(','));
    this.expect('}');
  }

  integers(what: string, limit: number): number[] {
    this.expect('[');
    const values: number[] = [];
    if (this.take(']')) return values;
    do {
      if (values.length === limit) throw unsound(`at most ${limit} numbers in ${what}`, 'more');
      values.push(this.integer());
    } while (this.take(','));
    this.expect(']');
    return values;
  }
}

function scanEntry(scanner: Scanner, name: string): TensorEntry {
  let dtype: string | undefined;
  let shape: number[] | undefined;
  let offsets: number[] | undefined;
  scanner.object(`tensor ${shown(name)}`, 4, (key) => {
    if (key === 'dtype') dtype = scanner.string();
    else if (key === 'shape') shape = scanner.integers(`the shape of ${shown(name)}`, MAX_RANK);
    else if (key === 'data_offsets') offsets = scanner.integers(`data_offsets of ${shown(name)}`, 2);
    else throw unsound(`dtype, shape and data_offsets in tensor ${shown(name)}`, shown(key));
  });
  const [begin, end] = offsets ?? [];
  if (dtype === undefined || !shape || begin === undefined || end === undefined) {
    const missing = dtype === undefined ? 'dtype' : shape ? 'two data_offsets' : 'shape';
    throw unsound(`dtype, shape and two data_offsets for tensor ${shown(name)}`, `no ${missing}`);
  }
  return { name, dtype, shape, begin, end };
}

/**
 * Reads a header's JSON. Throws FaultError kind `file` that
 * names the place; nothing of a refused header is kept.
 */
export function scanHeader(text: string): ScannedHeader {
  const scanner = new Scanner(text);
  const entries: TensorEntry[] = [];
  const metadata = new Map<string, string>();
  scanner.object('the header', MAX_TENSORS + 1, (name) => {
    if (name === '__metadata__') {
      scanner.object('__metadata__', MAX_METADATA, (key) => metadata.set(key, scanner.string()));
      return;
    }
    if (entries.length === MAX_TENSORS) throw unsound(`at most ${MAX_TENSORS} tensors`, 'more');
    entries.push(scanEntry(scanner, name));
  });
  scanner.end();
  return { entries, metadata };
}
