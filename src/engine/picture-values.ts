// Bytes of pictures as the values that a network reads. Not here: the same on the GPU, bit for bit
// (plan/kernels/mix-noise.ts).
import type { BatchPictures } from './executor.ts';

/** The value of each byte: byte / 127.5 - 1, the float64 rounded to float32. */
const BYTE_VALUES = Float32Array.from({ length: 256 }, (_, byte) => byte / 127.5 - 1);

/** Bytes as values in -1..1. */
export function valuesOfBytes(bytes: Uint8Array): Float32Array<ArrayBuffer> {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = BYTE_VALUES[bytes[i] as number] as number;
  return values;
}

/** The values of a batch's pictures, [B, H, W, C], those mirrored that are to be. */
export function pictureValues({ data, shape, mirrored = [] }: BatchPictures): Float32Array {
  const values = data instanceof Uint8Array ? valuesOfBytes(data) : data;
  const [, , width = 1, channels = 1] = shape;
  const [row, length] = [width * channels, values.length / shape[0]];
  if (!mirrored.includes(true)) return values;
  return values.map((value, i) => {
    if (!mirrored[Math.floor(i / length)]) return value;
    const [place, channel] = [i % row, i % channels];
    return values[i - place + row - channels - place + 2 * channel] as number;
  });
}
