// Emits the forward kernels of an operation and remembers in `Saved` what its backward rule reads again. Not
// here: backward rules (backward.ts), the kernels (kernels/).
import { activation, geglu } from './kernels/activations.ts';
import { attentionForward, attentionMemory } from './kernels/attention/attention.ts';
import { convForward } from './kernels/conv/conv.ts';
import { add, concat, copy, upsample } from './kernels/elementwise.ts';
import { embedding } from './kernels/embedding.ts';
import type { Emission } from './emission.ts';
import { type Operation, resultsOf, rowsOf } from './graph.ts';
import { groupNormForward } from './kernels/group-norm/group-norm.ts';
import { layerNormForward } from './kernels/layer-norm.ts';
import type { Value } from './kernels/value.ts';
import { timestepEmbedding } from './kernels/timestep-embedding.ts';
import { embeddingFrequencies } from '../embedding-frequencies.ts';

/**
 * Keyed by the id of an operation's result: mean and inverse deviation of a groupNorm or layerNorm, softmaxed
 * scores of an attention.
 */
export type Saved = Map<number, Value>;

/**
 * Appends the kernels of `operation`. Throws for an addPerChannel that `fuse` could not join to a
 * convolution.
 */
export function emitForward(emission: Emission, operation: Operation, saved: Saved): void {
  const { target } = emission;
  for (const { id } of resultsOf(operation)) emission.activations.add(id);
  switch (operation.op) {
    case 'conv': {
      const { geometry } = operation;
      // Zeros for a bias that is missing: kernels without one would be as many pipelines again.
      const bias = operation.bias ?? emission.zeros(geometry.outs);
      const tile = emission.tile('forward', geometry);
      return emission.emit(convForward(target, geometry, { ...operation, bias }, tile));
    }
    case 'groupNorm': {
      const { geometry, y } = operation;
      const stats = emission.make(`${y.label} stats`, [geometry.batch, geometry.groups, 2]);
      saved.set(y.id, stats);
      return emission.emit(groupNormForward(target, geometry, { ...operation, stats }));
    }
    case 'layerNorm': {
      const { geometry, y } = operation;
      const stats = emission.make(`${y.label} stats`, [geometry.rows, 2]);
      saved.set(y.id, stats);
      return emission.emit(layerNormForward(target, geometry, { ...operation, stats }));
    }
    case 'silu':
    case 'gelu':
    case 'quickGelu':
      return emission.emit(activation(target, operation.op, operation));
    case 'geglu':
      return emission.emit(geglu(target, gegluGeometry(operation.y), operation));
    case 'embedding':
      return emission.emit(embedding(target, operation.geometry, operation));
    case 'attention': {
      const { geometry, y } = operation;
      const scores = emission.make(`${y.label} scores`, attentionMemory(target, geometry).scores);
      saved.set(y.id, scores);
      return emission.emit(attentionForward(target, geometry, { ...operation, scores }));
    }
    case 'add':
      return emission.emit(add(target, operation));
    case 'addPerChannel':
      throw new Error('addPerChannel: only the convolution that made the value can add to it');
    case 'copy':
      return emission.emit(copy(target, operation));
    case 'concat':
      return emission.emit(concat(target, concatGeometry(operation), operation));
    case 'upsample':
      return emission.emit(upsample(target, upsampleGeometry(operation.x), operation));
    case 'timestepEmbedding': {
      const { timesteps, channels, flipSinToCos, freqShift, y } = operation;
      const frequencies = emission.constant('frequencies', embeddingFrequencies(channels, freqShift));
      const geometry = { batch: timesteps.shape[0] as number, channels, flipSinToCos };
      return emission.emit(timestepEmbedding(target, geometry, { timesteps, frequencies, y }));
    }
  }
}

/** Pixels of all pictures, and the channels of `a` and `b`. */
export function concatGeometry({ a, b }: { a: Value; b: Value }) {
  return { rows: rowsOf(a), first: a.shape.at(-1) as number, second: b.shape.at(-1) as number };
}

/** Rows and channels of the result. */
export const gegluGeometry = (y: Value) => ({ rows: rowsOf(y), channels: y.shape.at(-1) as number });

/** The geometry before upsampling. */
export function upsampleGeometry(x: Value) {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  return { batch, height, width, channels };
}
