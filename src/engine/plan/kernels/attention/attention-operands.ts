// What attention computes from, forward and backward. Not here: the equations (attention.ts).
import type { Value } from '../value.ts';

export interface AttentionGeometry {
  batch: number;
  /** Tokens of q and y. */
  queries: number;
  /** Tokens of k and v. */
  keys: number;
  channels: number;
  heads: number;
  /** `causal`: query n sees the keys 0..n only. */
  mask: 'none' | 'causal';
}

/**
 * q, y [B, queries, C]; k, v [B, keys, C]. Head h has the C / heads channels from h C / heads on. q, k, v and
 * their gradients may be column ranges of wider matrices.
 */
export interface AttentionForward {
  q: Value;
  k: Value;
  v: Value;
  y: Value;
  /**
   * Shape: `attentionMemory(...).scores`. Afterwards it holds the softmaxed scores of the last chunk, or, of
   * narrow heads, what they are computed from again (attention-tokens.ts).
   */
  scores: Value;
}

export interface AttentionBackward {
  q: Value;
  k: Value;
  v: Value;
  /** The result of the forward pass. */
  y: Value;
  dy: Value;
  /** The forward pass's `scores` if `keepsScores`, else a temporary of the same shape. */
  scores: Value;
  /** A temporary of shape `attentionMemory(...).work`. */
  work: Value;
  dq: Value;
  dk: Value;
  dv: Value;
}
