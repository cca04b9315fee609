// One picture of a source as what is stored of it, or the reason why not: checked, admitted, decoded,
// digested. Runs in a worker of the pool (decode-worker.ts). Not here: the decoding itself (decode.ts).
import {
  bytesOf,
  checkPicture,
  type Decoded,
  decodeSquare,
  type Refused,
  type SentPixels,
  squareOfPixels,
} from './decode.ts';
import { tooManyScans } from '../formats/jpeg-scans.ts';
import type { Content } from './content.ts';
import type { Place, Wanted } from './framing.ts';
import type { Region } from './resize.ts';
import { type Traits, traitsOf } from './store/traits.ts';

/** A picture as it is sent to be decoded. */
export type SentPicture = { kind: 'file'; content: Content } | SentPixels;

/** A picture as it is stored. */
export interface Square {
  ok: true;
  /** [size, size, 3] bytes. */
  pixels: Uint8Array<ArrayBuffer>;
  /** Where they lie in the source. */
  place: Place;
  region: Region;
  traits: Traits;
  /** Of the source, in pixels. */
  width: number;
  height: number;
  /** SHA-256 of the source's bytes. */
  sourceDigest: Uint8Array;
}

/** Waits until memory for that many pixels is free. */
export type Admit = (pixels: number) => Promise<void>;

/** A file of at most as many bytes is read once, for its header and its digest. */
const SMALL_BYTES = 256 * 1024;

/** Never rejects unless `admit` does. */
export async function decodePicture(
  sent: SentPicture,
  wanted: Wanted,
  admit: Admit,
): Promise<Square | Refused> {
  if (sent.kind === 'pixels') {
    await admit(sent.width * sent.height);
    return stored(squareOfPixels(sent, wanted), sent, wanted.size, sent.bytes);
  }
  const { content } = sent;
  const isLarge = content instanceof Blob && content.size > SMALL_BYTES;
  const file = isLarge ? content : await bytesOf(content);
  if (typeof file === 'string') return unread(file);
  const checked = await checkPicture(file);
  if (!checked.ok) return checked;
  const { header } = checked;
  await admit(header.width * header.height);
  const bytes = await bytesOf(file);
  if (typeof bytes === 'string') return unread(bytes);
  const tooLong = header.format === 'jpeg' ? tooManyScans(header, bytes) : null;
  if (tooLong !== null) return { ok: false, why: tooLong };
  const decoded = await decodeSquare(file, header, wanted);
  return stored(decoded, header, wanted.size, bytes);
}

const unread = (why: string): Refused => ({ ok: false, why: `it cannot be read (${why})` });

async function stored(
  decoded: Decoded,
  { width, height }: { width: number; height: number },
  size: number,
  source: BufferSource,
): Promise<Square | Refused> {
  if (!decoded.ok) return decoded;
  const { pixels, place, region } = decoded;
  const [traits, digest] = await Promise.all([
    traitsOf(pixels, size),
    crypto.subtle.digest('SHA-256', source),
  ]);
  return { ok: true, pixels, place, region, traits, width, height, sourceDigest: new Uint8Array(digest) };
}
