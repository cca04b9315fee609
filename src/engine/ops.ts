// The operations a network may use. The network (model/unet.ts) is written once over them; eager/eager-ops.ts
// runs them with TensorFlow.js, plan/graph.ts records them for the plan, model/cost.ts counts them. Not here:
// how any of them computes.

/**
 * T is a tensor (eager), a value of the graph (plan) or a shape (cost). Everything is float32 and NHWC.
 * Weights come in the executor's own layout; the network only passes them through.
 */
export interface Ops<T> {
  /**
   * The result of `run`, a segment of the network. Where gradients are checkpointed, what only the segment
   * itself reads is computed again in the backward pass and not kept for it: torch.utils.checkpoint.
   */
  checkpoint(run: () => T): T;
  /**
   * 3x3 or 1x1 convolution, x [B, H, W, Cin] -> [B, H', W', Cout]. Padding `same`: kernel >> 1 on every side;
   * `valid-right`: 1 on the right and at the bottom only.
   */
  conv2d(
    x: T,
    weight: T,
    bias: T,
    opts: { kernel: 1 | 3; stride: 1 | 2; padding: 'same' | 'valid-right' },
  ): T;
  /** x [..., Cin] -> [..., Cout]. */
  linear(x: T, weight: T, bias: T | null): T;
  /** Normalises over H, W and the channels of each group. x [B, H, W, C], scale and shift [C]. */
  groupNorm(x: T, scale: T, shift: T, groups: number, eps: number, act: 'none' | 'silu'): T;
  /** Normalises each row over its C channels. x [..., C], scale and shift [C]. torch.nn.LayerNorm. */
  layerNorm(x: T, scale: T, shift: T, eps: number): T;
  silu(x: T): T;
  /** x Phi(x), Phi the normal distribution: torch.nn.GELU with approximate 'none'. */
  gelu(x: T): T;
  /** x sigmoid(1.702 x): transformers' QuickGELUActivation. */
  quickGelu(x: T): T;
  /** x [..., 2F] -> [..., F]: the first F channels times gelu of the others. diffusers' GEGLU. */
  geglu(x: T): T;
  /**
   * softmax(q k^T / sqrt(C / heads)) v. q [B, N, C], k and v [B, M, C] -> [B, N, C]. `causal`: row n of q
   * sees the rows 0..n of k and v only.
   */
  attention(q: T, k: T, v: T, heads: number, mask: 'none' | 'causal'): T;
  /**
   * Row `id` of `table` [V, d] at each place of ids [B, L], plus row l of `positions` [P, d] at place l,
   * where L <= P -> [B, L, d]. Without positions also ids [B] -> [B, d]. ids are whole numbers 0..V-1 in
   * float32, which is exact below 2^24. torch.nn.Embedding.
   */
  embedding(ids: T, table: T, positions: T | null): T;
  add(a: T, b: T): T;
  /** x [B, H, W, C] plus bias [B, C] at every pixel. */
  addPerChannel(x: T, bias: T): T;
  /** Concatenates along channels. */
  concat(a: T, b: T): T;
  /** Nearest, [B, H, W, C] -> [B, 2H, 2W, C]. */
  upsampleNearest2x(x: T): T;
  /** toTokens: [B, H, W, C] -> [B, H*W, C]; toPixels: back. */
  toTokens(x: T): T;
  toPixels(x: T, height: number, width: number): T;
  /**
   * Sinusoidal embedding, timesteps [B] -> [B, channels]. diffusers.models.embeddings.get_timestep_embedding.
   */
  timestepEmbedding(timesteps: T, channels: number, flipSinToCos: boolean, freqShift: number): T;
}

/** The network's weights, keyed by their names in diffusers' state_dict. */
export type Weights<T> = Readonly<Record<string, T>>;
