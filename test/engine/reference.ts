// Every operation of ops.ts in plain float64 loops, from its definition: what the engine is compared with.
// Slow and obvious on purpose; gradients are central differences of these loops. Not a test.
import type { Ops } from '../../src/engine/ops.ts';

export interface Plain {
  shape: number[];
  data: Float64Array;
}

export function plain(shape: number[], at: (index: number) => number): Plain {
  const length = shape.reduce((product, edge) => product * edge, 1);
  return { shape, data: Float64Array.from({ length }, (_, i) => at(i)) };
}

/** Smooth, irregular, repeatable numbers in -1..1. */
export function wavy(shape: number[], seed: number): Plain {
  return plain(shape, (i) => Math.fround(Math.sin(i * 1.7 + seed * 13.1) * Math.cos(i * 0.37 + seed)));
}

const get = ({ data }: Plain, index: number) => data[index] as number;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
type Four = [number, number, number, number];

function conv2d(
  x: Plain,
  weight: Plain,
  bias: Plain,
  { kernel, stride, padding }: Parameters<Ops<Plain>['conv2d']>[3],
): Plain {
  const [batch, height, width, ins] = x.shape as Four;
  const outs = bias.shape[0] as number;
  const before = padding === 'same' ? kernel >> 1 : 0;
  const after = padding === 'same' ? kernel >> 1 : 1;
  const edge = (size: number) => Math.floor((size + before + after - kernel) / stride) + 1;
  const [outHeight, outWidth] = [edge(height), edge(width)];
  return plain([batch, outHeight, outWidth, outs], (index) => {
    const o = index % outs;
    const column = Math.floor(index / outs) % outWidth;
    const row = Math.floor(index / outs / outWidth) % outHeight;
    const b = Math.floor(index / outs / outWidth / outHeight);
    let sum = get(bias, o);
    for (let h = 0; h < kernel; h++) {
      for (let w = 0; w < kernel; w++) {
        const y = row * stride + h - before;
        const z = column * stride + w - before;
        if (y < 0 || y >= height || z < 0 || z >= width) continue;
        for (let i = 0; i < ins; i++) {
          sum +=
            get(x, ((b * height + y) * width + z) * ins + i) *
            get(weight, ((h * kernel + w) * ins + i) * outs + o);
        }
      }
    }
    return sum;
  });
}

function linear(x: Plain, weight: Plain, bias: Plain | null): Plain {
  const [ins, outs] = weight.shape as [number, number];
  return plain([...x.shape.slice(0, -1), outs], (index) => {
    const [row, o] = [Math.floor(index / outs), index % outs];
    let sum = bias ? get(bias, o) : 0;
    for (let i = 0; i < ins; i++) sum += get(x, row * ins + i) * get(weight, i * outs + o);
    return sum;
  });
}

function groupNorm(
  x: Plain,
  scale: Plain,
  shift: Plain,
  groups: number,
  eps: number,
  act: 'none' | 'silu',
): Plain {
  const [batch, height, width, channels] = x.shape as Four;
  const perGroup = channels / groups;
  const pixels = height * width;
  const groupOf = (index: number) =>
    Math.floor(index / (pixels * channels)) * groups + Math.floor((index % channels) / perGroup);
  const mean = new Float64Array(batch * groups);
  const variance = new Float64Array(batch * groups);
  const add = (sums: Float64Array, g: number, value: number) =>
    (sums[g] = (sums[g] as number) + value / (pixels * perGroup));
  x.data.forEach((value, i) => add(mean, groupOf(i), value));
  x.data.forEach((value, i) => add(variance, groupOf(i), (value - (mean[groupOf(i)] as number)) ** 2));
  return plain(x.shape, (i) => {
    const g = groupOf(i);
    const normal = (get(x, i) - (mean[g] as number)) / Math.sqrt((variance[g] as number) + eps);
    const y = normal * get(scale, i % channels) + get(shift, i % channels);
    return act === 'silu' ? y * sigmoid(y) : y;
  });
}

function layerNorm(x: Plain, scale: Plain, shift: Plain, eps: number): Plain {
  const channels = x.shape.at(-1) as number;
  const meanOf = (numbers: Float64Array) => numbers.reduce((sum, value) => sum + value, 0) / channels;
  const rows = Array.from({ length: x.data.length / channels }, (_, r) => {
    const row = x.data.subarray(r * channels, (r + 1) * channels);
    const mean = meanOf(row);
    return { mean, variance: meanOf(row.map((value) => (value - mean) ** 2)) };
  });
  return plain(x.shape, (i) => {
    const { mean, variance } = rows[Math.floor(i / channels)] as (typeof rows)[0];
    const normal = (get(x, i) - mean) / Math.sqrt(variance + eps);
    return normal * get(scale, i % channels) + get(shift, i % channels);
  });
}

/**
 * The normal distribution: 1/2 plus the density times x + x^3/3 + x^5/15 + ... (Marsaglia 2004, "Evaluating
 * the Normal Distribution").
 */
function normalDistribution(x: number): number {
  if (Math.abs(x) > 12) return x < 0 ? 0 : 1;
  let [sum, term] = [x, x];
  for (let n = 3; Math.abs(term) > 1e-18; n += 2) sum += term *= (x * x) / n;
  return 0.5 + (sum * Math.exp(-0.5 * x * x)) / Math.sqrt(2 * Math.PI);
}

const gelu = (x: number): number => x * normalDistribution(x);

function attention(q: Plain, k: Plain, v: Plain, heads: number, mask: 'none' | 'causal'): Plain {
  const [, queries, channels] = q.shape as [number, number, number];
  const keys = k.shape[1] as number;
  const width = channels / heads;
  return plain(q.shape, (index) => {
    const c = index % channels;
    const head = Math.floor(c / width);
    const row = Math.floor(index / channels);
    const b = Math.floor(row / queries);
    let [total, mixed] = [0, 0];
    const seen = mask === 'causal' ? (row % queries) + 1 : keys;
    for (let m = 0; m < Math.min(keys, seen); m++) {
      let score = 0;
      for (let d = head * width; d < (head + 1) * width; d++) {
        score += get(q, row * channels + d) * get(k, (b * keys + m) * channels + d);
      }
      const share = Math.exp(score / Math.sqrt(width));
      total += share;
      mixed += share * get(v, (b * keys + m) * channels + c);
    }
    return mixed / total;
  });
}

function embedding(ids: Plain, table: Plain, positions: Plain | null): Plain {
  const [, length = 1] = ids.shape;
  const [channels, entries] = table.shape as [number, number];
  return plain([...ids.shape, channels], (index) => {
    const [place, c] = [Math.floor(index / channels), index % channels];
    const word = get(table, c * entries + get(ids, place));
    return positions ? word + get(positions, c * (positions.shape[1] as number) + (place % length)) : word;
  });
}

function upsampleNearest2x(x: Plain): Plain {
  const [batch, height, width, channels] = x.shape as Four;
  return plain([batch, 2 * height, 2 * width, channels], (index) => {
    const c = index % channels;
    const z = Math.floor(index / channels) % (2 * width);
    const row = Math.floor(index / channels / (2 * width));
    const [b, y] = [Math.floor(row / (2 * height)), row % (2 * height)];
    return get(x, ((b * height + (y >> 1)) * width + (z >> 1)) * channels + c);
  });
}

/** diffusers.models.embeddings.get_timestep_embedding, scale 1. */
function timestepEmbedding(t: Plain, channels: number, flipSinToCos: boolean, freqShift: number): Plain {
  const half = channels / 2;
  return plain([t.data.length, channels], (index) => {
    const [b, c] = [Math.floor(index / channels), index % channels];
    const angle = get(t, b) * Math.exp((-Math.log(10000) * (c % half)) / (half - freqShift));
    return c < half === flipSinToCos ? Math.cos(angle) : Math.sin(angle);
  });
}

export const referenceOps: Ops<Plain> = {
  checkpoint: (run) => run(),
  conv2d,
  linear,
  groupNorm,
  layerNorm,
  silu: (x) => plain(x.shape, (i) => get(x, i) * sigmoid(get(x, i))),
  gelu: (x) => plain(x.shape, (i) => gelu(get(x, i))),
  quickGelu: (x) => plain(x.shape, (i) => get(x, i) * sigmoid(1.702 * get(x, i))),
  geglu: (x) => {
    const channels = (x.shape.at(-1) as number) / 2;
    return plain([...x.shape.slice(0, -1), channels], (i) => {
      const at = Math.floor(i / channels) * 2 * channels + (i % channels);
      return get(x, at) * gelu(get(x, at + channels));
    });
  },
  attention,
  embedding,
  add: (a, b) => plain(a.shape, (i) => get(a, i) + get(b, i)),
  addPerChannel: (x, bias) => {
    const [, height, width, channels] = x.shape as Four;
    const perImage = height * width * channels;
    return plain(x.shape, (i) => get(x, i) + get(bias, Math.floor(i / perImage) * channels + (i % channels)));
  },
  concat: (a, b) => {
    const [first, second] = [a.shape.at(-1) as number, b.shape.at(-1) as number];
    return plain([...a.shape.slice(0, -1), first + second], (i) => {
      const [row, c] = [Math.floor(i / (first + second)), i % (first + second)];
      return c < first ? get(a, row * first + c) : get(b, row * second + c - first);
    });
  },
  upsampleNearest2x,
  toTokens: (x) => ({
    ...x,
    shape: [x.shape[0] as number, (x.shape[1] as number) * (x.shape[2] as number), x.shape[3] as number],
  }),
  toPixels: (x, height, width) => ({
    ...x,
    shape: [x.shape[0] as number, height, width, x.shape[2] as number],
  }),
  timestepEmbedding,
};

/** Gradient of sum(f(inputs) * cotangent) with respect to every input, by central differences. */
export function centralDifferences(
  f: (inputs: Plain[]) => Plain,
  inputs: Plain[],
  cotangent: Plain,
): Plain[] {
  const value = () => f(inputs).data.reduce((sum, y, i) => sum + y * get(cotangent, i), 0);
  const h = 1e-5;
  return inputs.map(({ shape, data }) =>
    plain(shape, (i) => {
      const x = data[i] as number;
      data[i] = x + h;
      const above = value();
      data[i] = x - h;
      const below = value();
      data[i] = x;
      return (above - below) / (2 * h);
    }),
  );
}
