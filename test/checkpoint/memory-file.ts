// One file of the disk in memory, in pages that never change once written. Copies
// of a file share pages, so that the crash table can start from the same disk at
// every point of a save. Not here: failures and handles (memory-disk.ts).

const SECTOR = 512;
const PAGE = 65_536;

/** Which unflushed bytes are on the disk after a stop. */
export type Survival = 'all' | 'none' | ((sector: number) => boolean);

interface Image {
  pages: readonly Uint8Array<ArrayBuffer>[];
  size: number;
}

const EMPTY: Image = { pages: [], size: 0 };

function withBytes({ pages, size }: Image, at: number, bytes: Uint8Array<ArrayBuffer>): Image {
  const written = [...pages];
  for (let from = 0; from < bytes.length;) {
    const start = (at + from) % PAGE;
    const index = (at + from - start) / PAGE;
    while (written.length < index) written.push(new Uint8Array(PAGE));
    const piece = bytes.subarray(from, from + PAGE - start);
    const page = piece.length === PAGE ? piece.slice() : (written[index]?.slice() ?? new Uint8Array(PAGE));
    if (piece.length < PAGE) page.set(piece, start);
    written[index] = page;
    from += piece.length;
  }
  return { pages: written, size: Math.max(size, at + bytes.length) };
}

function bytesOf({ pages, size }: Image, at: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.max(0, Math.min(length, size - at)));
  for (let from = 0; from < bytes.length;) {
    const start = (at + from) % PAGE;
    const piece = pages[(at + from - start) / PAGE]?.subarray(start, start + bytes.length - from);
    bytes.set(piece ?? [], from);
    from += PAGE - start;
  }
  return bytes;
}

export class MemoryFile {
  open = false;
  /** The content for reads. */
  #now: Image;
  /** The content that a power cut leaves. */
  #flushed: Image;
  /** Places written since the last flush. */
  #pending: { at: number; length: number }[] = [];

  constructor(image: Image = EMPTY) {
    this.#now = image;
    this.#flushed = image;
  }

  get size(): number {
    return this.#now.size;
  }

  /** A copy of the file, or of `length` bytes from `at`; shorter where the file ends. */
  read(at = 0, length = this.size): Uint8Array<ArrayBuffer> {
    return bytesOf(this.#now, at, length);
  }

  write(at: number, bytes: Uint8Array<ArrayBuffer>): void {
    this.#now = withBytes(this.#now, at, bytes);
    this.#pending.push({ at, length: bytes.length });
  }

  flush(): void {
    this.#flushed = this.#now;
    this.#pending = [];
  }

  /** Replaces the content, flushed. */
  replace(bytes: Uint8Array<ArrayBuffer>): void {
    this.#now = withBytes(EMPTY, 0, bytes);
    this.flush();
  }

  /** The file as the next start finds it. */
  survivor(survival: Survival): MemoryFile {
    if (survival === 'all') return new MemoryFile(this.#now);
    if (survival === 'none') return new MemoryFile(this.#flushed);
    let found = this.#flushed;
    for (const { at, length } of this.#pending) {
      // Neighbouring sectors that both survive or both do not are handled together.
      for (let from = 0; from < length;) {
        const survives = survival((at + from) / SECTOR);
        let to = from + SECTOR;
        while (to < length && survival((at + to) / SECTOR) === survives) to += SECTOR;
        if (survives) found = withBytes(found, at + from, this.read(at + from, Math.min(to, length) - from));
        from = to;
      }
    }
    return new MemoryFile(found);
  }
}
