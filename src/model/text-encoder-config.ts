// The fields of transformers' CLIPTextModel config that Perennial supports, in camelCase. Not here: how it
// computes (text-encoder.ts), config.json (clip-config.ts), its vocabulary.

/** Config of a transformers.CLIPTextModel (4.x and 5.x) without dropout. */
export interface TextEncoderConfig {
  /** Entries of the vocabulary: ids are 0..vocabSize - 1. */
  vocabSize: number;
  /** Channels of every token. */
  hiddenSize: number;
  /** Channels inside the two layers of each MLP. */
  intermediateSize: number;
  numHiddenLayers: number;
  numAttentionHeads: number;
  /** Tokens of the longest text. */
  maxPositionEmbeddings: number;
  /** `gelu` is by the normal distribution. */
  hiddenAct: 'quick_gelu' | 'gelu';
  layerNormEps: number;
  bosTokenId: number;
  eosTokenId: number;
  padTokenId: number;
}
