// Writes down the whole training step: noise, forward, loss, backward, gradient norm, AdamW, EMA, as lists of kernels with
// every value's place. Pure data: no device is touched, so that its memory can be told before training starts.
// Not here: running it (plan-executor.ts), each kernel (the files of their names).
import { emitBackward, type ParameterHomes } from './backward.ts';
import { Emission } from './emission.ts';
import { flatBytes, type FlatLayout } from './flat-layout.ts';
import { emitForward, type Saved } from './forward.ts';
import { Values } from './graph.ts';
import { Homes } from './homes.ts';
import type { Kernel } from './kernels/kernel.ts';
import { elementsOf, type Value } from './kernels/value.ts';
import { lossAndGradient, lossPartialShape, perPictureLoss } from './kernels/loss.ts';
import { aligned, type MemoryPlan, planMemory } from './memory.ts';
import { mixNoise } from './kernels/mix-noise.ts';
import { adamW, CONTROL_LENGTH, squareSums, squareSumsShape, stepVerdict } from './kernels/optimizer.ts';
import { VectorSums } from './vector-sums.ts';
import { GROUP_HOMES, type GroupHome, homeOf, putPieces } from './homes.ts';
import type { PlanSpec, PlanMemory } from './plan-spec.ts';
import { writeNetwork } from './written-network.ts';

export interface TrainingPlan extends PlanMemory {
  layout: FlatLayout;
  /** Makes the noisy pictures and the target; left out where they are given. */
  mix: Kernel[];
  /** Forward and backward of one batch. */
  gradients: Kernel[];
  /** Once per step, after the last batch. */
  update: Kernel[];
  homes: Homes;
  arena: MemoryPlan;
  constants: Emission['constants'];
  inputs: Record<
    'control' | 'seeds' | 'mix' | 'timesteps' | 'sampleWeights' | 'pictures' | 'input' | 'target',
    Value
  >;
  results: Record<'stats' | 'losses', Value>;
}

/** Throws where a parameter is larger than a buffer may be. */
export function planTraining(spec: PlanSpec): TrainingPlan {
  const { shape, microBatches } = spec;
  const [batch, height, width, channels] = shape;
  const perPicture = height * width * channels;
  const pictures = batch * microBatches;
  const values = new Values();
  const homes = new Homes();
  const emission = new Emission(spec.target, values, spec.tiles);
  const written = writeNetwork(values, spec);
  const { layout } = written;

  const flat = openGroups(homes, values, layout);
  const weights = layout.pieces.map(({ value }) => value);
  putPieces(homes, layout, 'weights', weights);
  const gradients = weights.map(({ label, shape: of }) => values.make(`d ${label}`, of));
  putPieces(homes, layout, 'gradient', gradients);

  const control = homes.put(values.make('control', [CONTROL_LENGTH]), 'inputs');
  const seeds = homes.put(values.make('seeds', [4], 'u32'), 'inputs');
  const mix = homes.put(values.make('mix', [batch, 4]), 'inputs');
  const timesteps = homes.put(written.timesteps, 'inputs');
  const sampleWeights = homes.put(values.make('sample weights', [batch]), 'inputs');
  const picture = homes.put(values.make('pictures', shape), 'inputs');
  const input = homes.put(written.x, 'input and target');
  const target = homes.put(values.make('target', shape), 'input and target');
  const stats = homes.put(values.make('stats', [4]), 'results');
  const losses = homes.put(values.make('losses', [pictures]), 'results');
  const weighted = homes.put(values.make('weighted losses', [pictures]), 'results');
  const inputs = { control, seeds, mix, timesteps, sampleWeights, pictures: picture, input, target };

  const sums = new VectorSums(homes, emission);
  const saved: Saved = new Map();
  for (const operation of written.operations) emitForward(emission, operation, saved);
  const loss = { batch, perPicture };
  const partial = values.make('loss partial', lossPartialShape(loss));
  const dPrediction = values.make('d prediction', shape);
  const { prediction } = written;
  emission.emit(
    lossAndGradient(spec.target, loss, { prediction, target, sampleWeights, control, partial, dPrediction }),
  );
  emission.emit(perPictureLoss(spec.target, loss, { partial, sampleWeights, control, losses, weighted }));
  const byId = new Map(weights.map(({ id }, i) => [id, gradients[i] as Value]));
  const parameterHomes: ParameterHomes = {
    gradientOf: ({ id }) => byId.get(id) ?? null,
    sums,
    control,
  };
  emitBackward(emission, written.operations, saved, parameterHomes, dPrediction);
  emission.emit(sums.kernels(layout, control, flat.gradient[0] as Value));
  const gradientKernels = emission.kernels.splice(0);

  emitUpdate(emission, flat, weighted, control, stats, pictures);
  const update = emission.kernels.splice(0);
  for (const value of emission.constants.keys()) homes.put(value, 'constants');
  const arena = planMemory([...gradientKernels, ...update], homes.has, spec.bufferBytes);
  return {
    layout,
    mix: mixNoise(spec.target, loss, { pictures: picture, mix, seeds, input, target }),
    gradients: gradientKernels,
    update,
    homes,
    arena,
    constants: emission.constants,
    inputs,
    results: { stats, losses },
    allocatedBytes: homes.totalBytes + aligned(arena.bytes),
    liveBytes: homes.totalBytes + arena.liveBytes,
  };
}

/** The flat vectors of every group, one value per shard. */
function openGroups(homes: Homes, values: Values, layout: FlatLayout): Record<GroupHome, Value[]> {
  const open = (group: GroupHome) =>
    layout.shardLengths.map((length, shard) => {
      const home = homeOf(group, shard);
      homes.open(home, flatBytes(length));
      return homes.putAt(values.make(home, [length]), home, 0);
    });
  const [weights, ema, expAvg, expAvgSq, gradient] = GROUP_HOMES.map(open) as [
    Value[],
    Value[],
    Value[],
    Value[],
    Value[],
  ];
  return { weights, ema, expAvg, expAvgSq, gradient };
}

function emitUpdate(
  emission: Emission,
  flat: Record<GroupHome, Value[]>,
  weighted: Value,
  control: Value,
  stats: Value,
  pictures: number,
): void {
  const { target } = emission;
  const sums = flat.gradient.map((gradient, shard) => {
    const length = elementsOf(gradient);
    const value = emission.make(`squares ${shard}`, squareSumsShape(length));
    emission.emit(squareSums(target, { length }, { gradient, sums: value }));
    return value;
  });
  emission.emit(stepVerdict(target, { pictures }, { sums, weighted, control, stats }));
  flat.gradient.forEach((gradient, shard) => {
    const of = (group: GroupHome) => flat[group][shard] as Value;
    const state = { weights: of('weights'), expAvg: of('expAvg'), expAvgSq: of('expAvgSq'), ema: of('ema') };
    emission.emit(adamW(target, { length: elementsOf(gradient) }, { gradient, ...state, control, stats }));
  });
}
