// Ops<T> as plain JavaScript loops in float64, written from PyTorch's documentation: a slow and obvious
// reference beside diffusers' fixtures. Weights in PyTorch's layout. Not here: gradients.
import type { Ops } from '../../src/engine/ops.ts';

export interface Plain {
  shape: number[];
  data: Float64Array;
}

export function plain(shape: number[], data?: ArrayLike<number>): Plain {
  const size = shape.reduce((product, n) => product * n, 1);
  return { shape, data: data ? Float64Array.from(data) : new Float64Array(size) };
}

const dims = (x: Plain) => x.shape as [number, number, number, number];
const silu = (value: number): number => value / (1 + Math.exp(-value));
const map = (x: Plain, value: (v: number, i: number) => number): Plain => ({
  shape: x.shape,
  data: x.data.map(value),
});

/**
 * torch.nn.functional.conv2d on NHWC; `pad` rows and columns of zeros above and left, as many as needed
 * below.
 */
function conv(
  x: Plain,
  weight: Plain,
  bias: Plain,
  stride: number,
  pad: number,
  height: number,
  width: number,
): Plain {
  const [batch, h, w, channels] = dims(x);
  const [outs, , kernel] = dims(weight);
  const out = plain([batch, height, width, outs]);
  let at = 0;
  for (let b = 0; b < batch; b++)
    for (let oy = 0; oy < height; oy++)
      for (let ox = 0; ox < width; ox++)
        for (let o = 0; o < outs; o++) {
          let sum = bias.data[o] as number;
          for (let ky = 0; ky < kernel; ky++)
            for (let kx = 0; kx < kernel; kx++) {
              const y = oy * stride + ky - pad;
              const z = ox * stride + kx - pad;
              if (y < 0 || y >= h || z < 0 || z >= w) continue;
              for (let c = 0; c < channels; c++)
                sum +=
                  (x.data[((b * h + y) * w + z) * channels + c] as number) *
                  (weight.data[((o * channels + c) * kernel + ky) * kernel + kx] as number);
            }
          out.data[at++] = sum;
        }
  return out;
}

function linear(x: Plain, weight: Plain, bias: Plain | null): Plain {
  const [outs, ins] = weight.shape as [number, number];
  const rows = x.data.length / ins;
  const out = plain([...x.shape.slice(0, -1), outs]);
  for (let r = 0; r < rows; r++)
    for (let o = 0; o < outs; o++) {
      let sum = bias?.data[o] ?? 0;
      for (let i = 0; i < ins; i++)
        sum += (x.data[r * ins + i] as number) * (weight.data[o * ins + i] as number);
      out.data[r * outs + o] = sum;
    }
  return out;
}

function groupNorm(x: Plain, scale: Plain, shift: Plain, groups: number, eps: number): Plain {
  const [batch, h, w, channels] = dims(x);
  const groupOf = (i: number) =>
    Math.floor(i / (h * w * channels)) * groups + Math.floor(((i % channels) * groups) / channels);
  const count = (h * w * channels) / groups;
  const mean = new Float64Array(batch * groups);
  const variance = new Float64Array(batch * groups);
  x.data.forEach((v, i) => (mean[groupOf(i)] = (mean[groupOf(i)] as number) + v / count));
  x.data.forEach((v, i) => {
    const g = groupOf(i);
    variance[g] = (variance[g] as number) + (v - (mean[g] as number)) ** 2 / count;
  });
  return map(x, (v, i) => {
    const g = groupOf(i);
    const normal = (v - (mean[g] as number)) / Math.sqrt((variance[g] as number) + eps);
    return normal * (scale.data[i % channels] as number) + (shift.data[i % channels] as number);
  });
}

/** torch.nn.functional.layer_norm over the last axis. */
function layerNorm(x: Plain, scale: Plain, shift: Plain, eps: number): Plain {
  const channels = x.shape.at(-1) as number;
  const rows = Array.from({ length: x.data.length / channels }, (_, r) => {
    const row = x.data.subarray(r * channels, (r + 1) * channels);
    const mean = row.reduce((sum, v) => sum + v / channels, 0);
    return { mean, variance: row.reduce((sum, v) => sum + (v - mean) ** 2 / channels, 0) };
  });
  return map(x, (v, i) => {
    const { mean, variance } = rows[Math.floor(i / channels)]!;
    const normal = (v - mean) / Math.sqrt(variance + eps);
    return normal * (scale.data[i % channels] as number) + (shift.data[i % channels] as number);
  });
}

/** erf by its Maclaurin series, and beyond |x| = 5 by its limits: exact to 1e-12. */
function erf(x: number): number {
  if (Math.abs(x) > 5) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; n < 200; n++) {
    term *= -(x * x) / n;
    sum += term / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * sum;
}

const gelu = (x: number): number => (x * (1 + erf(x / Math.SQRT2))) / 2;

function embedding(ids: Plain, table: Plain, positions: Plain | null): Plain {
  const width = table.shape[1] as number;
  const length = ids.shape[1] ?? 1;
  return map(plain([...ids.shape, width]), (_, i) => {
    const place = Math.floor(i / width);
    const id = ids.data[place] as number;
    const word = table.data[id * width + (i % width)] as number;
    return word + (positions ? (positions.data[(place % length) * width + (i % width)] as number) : 0);
  });
}

function attention(q: Plain, k: Plain, v: Plain, heads: number, mask: 'none' | 'causal'): Plain {
  const [batch, n, channels] = q.shape as [number, number, number];
  const m = k.shape[1] as number;
  const size = channels / heads;
  const out = plain(q.shape);
  for (let b = 0; b < batch; b++)
    for (let head = 0; head < heads; head++)
      for (let i = 0; i < n; i++) {
        const at = (tokens: number, j: number) => (b * tokens + j) * channels + head * size;
        const seen = mask === 'causal' ? i + 1 : m;
        const scores = Array.from({ length: seen }, (_, j) => {
          let dot = 0;
          for (let c = 0; c < size; c++)
            dot += (q.data[at(n, i) + c] as number) * (k.data[at(m, j) + c] as number);
          return dot / Math.sqrt(size);
        });
        const top = Math.max(...scores);
        const exps = scores.map((s) => Math.exp(s - top));
        const total = exps.reduce((a, e) => a + e, 0);
        for (let c = 0; c < size; c++)
          out.data[at(n, i) + c] = exps.reduce(
            (sum, e, j) => sum + (e / total) * (v.data[at(m, j) + c] as number),
            0,
          );
      }
  return out;
}

export const referenceOps: Ops<Plain> = {
  checkpoint: (run) => run(),
  conv2d(x, weight, bias, { kernel, stride, padding }) {
    const [, h, w] = dims(x);
    return conv(x, weight, bias, stride, padding === 'same' ? kernel >> 1 : 0, h / stride, w / stride);
  },
  linear,
  groupNorm(x, scale, shift, groups, eps, act) {
    const normal = groupNorm(x, scale, shift, groups, eps);
    return act === 'silu' ? map(normal, silu) : normal;
  },
  layerNorm,
  silu: (x) => map(x, silu),
  gelu: (x) => map(x, gelu),
  quickGelu: (x) => map(x, (v) => v / (1 + Math.exp(-1.702 * v))),
  geglu(x) {
    const half = (x.shape.at(-1) as number) / 2;
    return map(plain([...x.shape.slice(0, -1), half]), (_, i) => {
      const at = Math.floor(i / half) * 2 * half + (i % half);
      return (x.data[at] as number) * gelu(x.data[at + half] as number);
    });
  },
  attention,
  embedding,
  add: (a, b) => map(a, (v, i) => v + (b.data[i] as number)),
  addPerChannel(x, bias) {
    const [, h, w, channels] = dims(x);
    return map(
      x,
      (v, i) => v + (bias.data[Math.floor(i / (h * w * channels)) * channels + (i % channels)] as number),
    );
  },
  concat(a, b) {
    const [ca, cb] = [a.shape.at(-1) as number, b.shape.at(-1) as number];
    const out = plain([...a.shape.slice(0, -1), ca + cb]);
    for (let p = 0; p < a.data.length / ca; p++) {
      out.data.set(a.data.subarray(p * ca, (p + 1) * ca), p * (ca + cb));
      out.data.set(b.data.subarray(p * cb, (p + 1) * cb), p * (ca + cb) + ca);
    }
    return out;
  },
  upsampleNearest2x(x) {
    const [batch, h, w, channels] = dims(x);
    const out = plain([batch, 2 * h, 2 * w, channels]);
    return map(out, (_, i) => {
      const c = i % channels;
      const z = Math.floor(i / channels) % (2 * w);
      const row = Math.floor(i / (channels * 2 * w));
      const b = Math.floor(row / (2 * h));
      return x.data[((b * h + ((row % (2 * h)) >> 1)) * w + (z >> 1)) * channels + c] as number;
    });
  },
  toTokens(x) {
    const [batch, h, w, channels] = dims(x);
    return { shape: [batch, h * w, channels], data: x.data };
  },
  toPixels: (x, height, width) => ({
    shape: [x.shape[0] as number, height, width, x.shape[2] as number],
    data: x.data,
  }),
  timestepEmbedding(timesteps, channels, flipSinToCos, freqShift) {
    const half = channels / 2;
    const out = plain([timesteps.data.length, channels]);
    return map(out, (_, i) => {
      const t = timesteps.data[Math.floor(i / channels)] as number;
      const column = i % channels;
      const angle = t * Math.exp((-Math.log(10_000) * (column % half)) / (half - freqShift));
      return column < half === flipSinToCos ? Math.cos(angle) : Math.sin(angle);
    });
  },
};
