// The texts of a picture as words.bin holds them, one behind the other: its path, its class, then its
// captions; each as UTF-8 with its length (u16, little-endian) before it. Pure. Not here: the file.

/** Empty where there is none. */
export interface PictureTexts {
  /** Path of the file that the picture came from. */
  name: string;
  className: string;
  /** One caption a line. */
  caption: string;
}

const LONGEST = 0xff_ff;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The bytes of a picture's texts, and how many texts they are. Each is cut to 65,535 bytes. */
export function packTexts({ name, className, caption }: PictureTexts): {
  bytes: Uint8Array<ArrayBuffer>;
  count: number;
} {
  const texts = [name, className, ...(caption === '' ? [] : caption.split('\n'))];
  // A character of UTF-16 takes 3 bytes of UTF-8 at most.
  const sizes = texts.map((text) => Math.min(LONGEST, text.length * 3));
  const bytes = new Uint8Array(sizes.reduce((sum, size) => sum + size + 2, 0));
  const view = new DataView(bytes.buffer);
  let at = 0;
  texts.forEach((text, i) => {
    const { written } = encoder.encodeInto(text, bytes.subarray(at + 2, at + 2 + (sizes[i] as number)));
    view.setUint16(at, written, true);
    at += 2 + written;
  });
  return { bytes: bytes.slice(0, at), count: texts.length };
}

/** The texts in the bytes of `packTexts`. */
export function unpackTexts(bytes: Uint8Array): PictureTexts {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const texts: string[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const end = at + 2 + view.getUint16(at, true);
    texts.push(decoder.decode(bytes.subarray(at + 2, end)));
    at = end;
  }
  const [name = '', className = '', ...captions] = texts;
  return { name, className, caption: captions.join('\n') };
}

/** The bytes of what teaches: all but the path. */
export const taughtBytes = (bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> =>
  bytes.subarray(2 + ((bytes[0] ?? 0) | ((bytes[1] ?? 0) << 8)));
