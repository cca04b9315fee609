// A small JPEG by ImageDecoder (WebCodecs), which gives its planes in a fifth of the time that a bitmap takes
// to be decoded, drawn and read back. Only where the pixels have the bits of the bitmap's, which is tried
// once in each worker: what a picture becomes is the same either way. Not here: pixels of planes
// (i420-pixels.ts), every other picture (decode.ts).
import { context2d } from '../formats/canvas-2d.ts';
import type { ImageHeader } from '../formats/image-format.ts';
import { hasHalvedColours, withoutProfile } from '../formats/image-jpeg.ts';
import { BitmapPixels } from './bitmap-pixels.ts';
import type { Content } from './content.ts';
import { I420Pixels } from './i420-pixels.ts';
import { inTime } from './in-time.ts';

/** libjpeg repeats the colours of narrower pictures. */
const LEAST_WIDTH = 5;
/** Of larger ones a bitmap is as quick: a call costs little then, and a pixel in JavaScript more. */
const MOST_PIXELS = 1024 * 1024;

const LIMIT_MS = 10_000;

/** Names of the one matrix that JPEG has. */
const BT_601: readonly (string | null)[] = ['smpte170m', 'bt470bg'];

/**
 * The pixels of a picture in memory; null where it has to be decoded as a bitmap, which also tells whether it
 * is damaged. Never rejects.
 */
export async function planesOf(file: Content, header: ImageHeader): Promise<I420Pixels | null> {
  const { format, width, height, orientation } = header;
  if (!(file instanceof Uint8Array) || format !== 'jpeg' || orientation !== 1) return null;
  if (width < LEAST_WIDTH || width * height > MOST_PIXELS || !hasHalvedColours(file)) return null;
  return (await areSame()) ? decoded(file, header) : null;
}

interface Size {
  width: number;
  height: number;
}

async function decoded(jpeg: Uint8Array<ArrayBuffer>, size: Size): Promise<I420Pixels | null> {
  const decoder = new ImageDecoder({ data: jpeg, type: 'image/jpeg' });
  try {
    return await inTime(pixelsBy(decoder, size), LIMIT_MS);
  } catch {
    return null;
  } finally {
    decoder.close();
  }
}

async function pixelsBy(decoder: ImageDecoder, { width, height }: Size): Promise<I420Pixels | null> {
  const { image: frame } = await decoder.decode();
  try {
    const { format, visibleRect, colorSpace } = frame;
    if (visibleRect?.width !== width || visibleRect.height !== height || format !== 'I420') return null;
    if (colorSpace.fullRange !== true || !BT_601.includes(colorSpace.matrix)) return null;
    const bytes = new Uint8Array(frame.allocationSize());
    const [luma, blue, red] = await frame.copyTo(bytes);
    if (!luma || !blue || !red) return null;
    return new I420Pixels(width, height, { bytes, luma, blue, red });
  } finally {
    frame.close();
  }
}

let tried: Promise<boolean> | null = null;

/** Whether this browser gives planes, and bitmaps of the bits that follow from them. */
const areSame = (): Promise<boolean> => (tried ??= areSameOfTrial().catch(() => false));

/** Of odd sides, and of hard edges between colours, of which some lie beyond RGB. */
const TRIAL: Size = { width: 61, height: 47 };

async function areSameOfTrial(): Promise<boolean> {
  if (typeof ImageDecoder === 'undefined') return false;
  const { width, height } = TRIAL;
  const context = context2d(width, height);
  for (let i = 0; i < 60; i++) {
    context.fillStyle = `hsl(${(i * 67) % 360} 100% ${(i * 37) % 100}%)`;
    context.fillRect((i * 23) % width, (i * 31) % height, 5 + (i % 9), 4 + (i % 7));
  }
  const made = await context.canvas.convertToBlob({ type: 'image/jpeg', quality: 0.8 });
  const jpeg = withoutProfile(new Uint8Array(await made.arrayBuffer()));
  const planes = hasHalvedColours(jpeg) ? await decoded(jpeg, TRIAL) : null;
  if (!planes) return false;
  const bitmap = await createImageBitmap(new Blob([jpeg]));
  const drawn = new BitmapPixels(bitmap, 1, 'white').read(0, 0, width, height);
  bitmap.close();
  const { words, at, stride } = planes.read(0, 0, width, height);
  const isSame = (word: number, i: number): boolean =>
    ((word ^ (words[at + Math.floor(i / width) * stride + (i % width)] as number)) & 0xff_ff_ff) === 0;
  return drawn.words.every(isSame);
}
