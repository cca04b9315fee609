// A tar archive by hand (POSIX ustar), of any number of files. Not here: reading one.

const BLOCK = 512;

/** The archive, with the mark of its end. */
export function tarOf(
  entries: readonly (readonly [name: string, content: Uint8Array | string])[],
): Uint8Array<ArrayBuffer> {
  const parts = entries.map(([name, content]) => [name, Buffer.from(content)] as const);
  const whole = (length: number): number => Math.ceil(length / BLOCK) * BLOCK;
  const size = parts.reduce((sum, [, { length }]) => sum + BLOCK + whole(length), 2 * BLOCK);
  const tar = new Uint8Array(size);
  let at = 0;
  const write = (text: string, offset: number): void => tar.set(new TextEncoder().encode(text), at + offset);
  for (const [name, content] of parts) {
    write(name, 0);
    write(`${content.length.toString(8).padStart(11, '0')}\0`, 124);
    write(`        0`, 148);
    write('ustar\x0000', 257);
    const sum = tar.subarray(at, at + BLOCK).reduce((all, byte) => all + byte, 0);
    write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    tar.set(content, at + BLOCK);
    at += BLOCK + whole(content.length);
  }
  return tar;
}
