// The operations a network may use, and nothing else. The network (model/) is written once over them;
// eager.ts runs them with tfjs, cost.ts of model/ counts them, a plan (later) compiles them.

/**
 * T is a tensor (eager), a node of a graph (plan) or a shape (cost). float32, NHWC.
 * Weights come in the executor's own layout; the caller only passes them through.
 */
export interface Ops<T> {
  /** 3x3 or 1x1 convolution. x [B,H,W,Cin] -> [B,H',W',Cout]. `same`: pad k>>1 on each side; `valid-right`: pad right and bottom by 1 only. */
  conv2d(
    x: T,
    weight: T,
    bias: T,
    opts: { kernel: 1 | 3; stride: 1 | 2; padding: 'same' | 'valid-right' },
  ): T;
  /** x [..., Cin] -> [..., Cout]. */
  linear(x: T, weight: T, bias: T): T;
  /** Normalises each group of channels over H, W and the group's channels; x [B,H,W,C], scale and shift [C]. */
  groupNorm(x: T, scale: T, shift: T, groups: number, eps: number, act: 'none' | 'silu'): T;
  silu(x: T): T;
  /** softmax(q k^T / sqrt(C / heads)) v. q [B,N,C], k and v [B,M,C] -> [B,N,C]. */
  attention(q: T, k: T, v: T, heads: number): T;
  add(a: T, b: T): T;
  /** x [B,H,W,C] plus bias [B,C] at every pixel. */
  addPerChannel(x: T, bias: T): T;
  /** Joins along channels. */
  concat(a: T, b: T): T;
  /** [B,H,W,C] -> [B,2H,2W,C], nearest. */
  upsampleNearest2x(x: T): T;
  /** [B,H,W,C] -> [B,H*W,C], and back. */
  toTokens(x: T): T;
  toPixels(x: T, height: number, width: number): T;
  /** Sinusoidal embedding of timesteps [B] -> [B,channels]. diffusers.models.embeddings.get_timestep_embedding. */
  timestepEmbedding(timesteps: T, channels: number, flipSinToCos: boolean, freqShift: number): T;
}

/** The network's weights by diffusers' state_dict name. */
export type Weights<T> = Readonly<Record<string, T>>;
