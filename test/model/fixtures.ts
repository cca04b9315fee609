// Reads what interop/make_fixtures.py wrote with real PyTorch and diffusers. A reader of its own: the app's safetensors
// code is under test elsewhere and must not vouch for itself here.
import { readFileSync } from 'node:fs';
import type { ParameterSpec } from '../../src/engine/executor.ts';
import type { UNetConfig } from '../../src/model/config.ts';

const FOLDER = new URL('../fixtures/diffusers/', import.meta.url);

export interface TensorFixture {
  shape: number[];
  data: Float32Array<ArrayBuffer>;
}

export interface Fixture {
  config: UNetConfig;
  parameters: ParameterSpec[];
  /** Values of the file's metadata that are JSON, parsed. */
  meta: Record<string, unknown>;
  tensor(name: string): TensorFixture;
  /** One array per parameter, in their order: `weights`, `gradients`, `first`, `ema`, `expAvg`, `expAvgSq`. */
  group(prefix: string): Float32Array<ArrayBuffer>[];
}

interface Entry {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

const parsed = (text: string): unknown => (/^[[{\d]/.test(text) ? JSON.parse(text) : text);

/** A .safetensors fixture by its name without extension. */
export function readFixture(name: string): Fixture {
  const file = new Uint8Array(readFileSync(new URL(`${name}.safetensors`, FOLDER)));
  const length = Number(new DataView(file.buffer).getBigUint64(0, true));
  const { __metadata__: metadata, ...entries } = JSON.parse(
    new TextDecoder().decode(file.subarray(8, 8 + length)),
  ) as Record<string, Entry> & { __metadata__: Record<string, string> };
  const meta = Object.fromEntries(Object.entries(metadata).map(([key, text]) => [key, parsed(text)]));
  const tensor = (key: string): TensorFixture => {
    const entry = (entries as Record<string, Entry>)[key];
    if (entry?.dtype !== 'F32') throw new Error(`${name}: expected a float32 tensor ${key}.`);
    const [from, to] = entry.data_offsets;
    return {
      shape: entry.shape,
      data: new Float32Array(file.slice(8 + length + from, 8 + length + to).buffer),
    };
  };
  const parameters = (meta['parameters'] as [string, number[]][]).map(([key, shape]) => ({
    name: key,
    shape,
  }));
  return {
    config: meta['config'] as UNetConfig,
    parameters,
    meta,
    tensor,
    group: (prefix) => parameters.map((spec) => tensor(`${prefix}.${spec.name}`).data),
  };
}

/** A .json fixture by its name without extension. */
export const readJson = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`${name}.json`, FOLDER), 'utf8'));

/** [B, C, H, W] -> [B, H, W, C]: the fixtures' pictures are PyTorch's. */
export function toChannelsLast({ shape, data }: TensorFixture): Float32Array<ArrayBuffer> {
  const [batch, channels, height, width] = shape as [number, number, number, number];
  const out = new Float32Array(data.length);
  const pixels = height * width;
  for (let b = 0; b < batch; b++)
    for (let c = 0; c < channels; c++)
      for (let p = 0; p < pixels; p++)
        out[(b * pixels + p) * channels + c] = data[(b * channels + c) * pixels + p] as number;
  return out;
}

/** Largest |a - b|, NaN where lengths differ or a value is missing. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return NaN;
  let largest = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    if (!(difference <= largest)) largest = difference;
  }
  return largest;
}

/** Largest |value|. */
export const largest = (values: ArrayLike<number>): number =>
  largestDifference(values, new Float32Array(values.length));
