// Plans the whole training step: noise, forward, loss, backward, gradient norm, AdamW, EMA, as lists of
// kernels and a place for every value. Pure data: no device is touched, so its memory is known before
// training starts. Not here: running it (run/plan-executor.ts), the kernels (kernels/).
import type { Inputs } from '../inputs.ts';
import { sizeOf } from '../layout.ts';
import { emitBackward, type ParameterHomes } from './backward.ts';
import { Emission } from './emission.ts';
import { FilterSums } from './filter-sums.ts';
import type { FlatLayout } from './flat-layout.ts';
import { emitForward, type Saved } from './forward.ts';
import { Values } from './graph.ts';
import { inHalves } from './halves.ts';
import { type FlatGroup, Homes, openShards, putPieces } from './homes.ts';
import type { Kernel } from './kernels/kernel.ts';
import {
  type BatchGeometry,
  type LossAndGradient,
  lossAndGradient,
  lossPartialShape,
  type PerPictureLoss,
  perPictureLoss,
} from './kernels/loss.ts';
import { mixNoise } from './kernels/mix-noise.ts';
import { CONTROL_LENGTH } from './kernels/control.ts';
import { SCALED_CONTROL_LENGTH, SCALER_LENGTH } from './kernels/loss-scaling.ts';
import { adamW, squareSums, squareSumsShape, stepVerdict } from './kernels/optimizer.ts';
import { storesHalves } from './kernels/target.ts';
import { elementsOf, type Value } from './kernels/value.ts';
import { type Placement, placeValues } from './placement.ts';
import type { PlanSpec } from './plan-spec.ts';
import { Recomputation } from './recomputation.ts';
import { VectorSums } from './vector-sums.ts';
import { writeNetwork } from './written-network.ts';

export interface TrainingPlan extends Placement {
  layout: FlatLayout;
  /** Mixes sample and target from pictures and noise; not run if they are given. */
  mix: Kernel[];
  /** Forward and backward of one batch. */
  gradients: Kernel[];
  /** Run once per step, after the last batch. */
  update: Kernel[];
  /** The network's inputs. */
  inputs: Inputs<Value>;
  /** What a batch brings besides the network's inputs. */
  batch: BatchValues;
  results: ResultValues;
  /** State of the loss scaling, [SCALER_LENGTH]; null in full precision. */
  scaler: Value | null;
}

/**
 * `mix`, `seeds`, `mirrored`: as the kernel that mixes reads them; `sampleWeights` [B]; `pictures` and
 * `target` have the sample's shape.
 */
type BatchValues = Record<
  'control' | 'seeds' | 'mirrored' | 'mix' | 'sampleWeights' | 'pictures' | 'target',
  Value
>;
/** `stats` [4]; `losses` and `weighted` hold one number per picture of the step. */
type ResultValues = Record<'stats' | 'losses' | 'weighted', Value>;

/** Throws FaultError (kind `memory`) if a value is larger than a buffer may be. */
export function planTraining(spec: PlanSpec): TrainingPlan {
  const values = new Values();
  const homes = new Homes();
  const emission = new Emission(spec.target, values, spec.tiles);
  const written = writeNetwork(values, spec);
  const { layout, operations, inputs, prediction } = written;
  const [batchSize, ...picture] = spec.inputs.sample;
  const geometry = { batch: batchSize, perPicture: sizeOf(picture) };
  const pictures = batchSize * spec.microBatches;

  const flat = openVectors(homes, values, layout);
  putPieces(homes, layout, 'weights');
  const gradientOf = putGradients(homes, values, layout);
  const mixed = spec.target.precision === 'mixed';
  const batch = putBatch(homes, values, inputs, mixed ? SCALED_CONTROL_LENGTH : CONTROL_LENGTH);
  const scaler = mixed ? homes.put(values.make('scaler', [SCALER_LENGTH]), 'scaler') : null;
  const results = putResults(homes, values, pictures);

  const saved: Saved = new Map();
  for (const operation of operations) emitForward(emission, operation, saved);
  const dPrediction = emitLoss(emission, geometry, { prediction, scaler, ...batch, ...results });
  const sums = new VectorSums(homes, emission);
  const { control } = batch;
  const again = new Recomputation(emission, operations, prediction, spec.gradientCheckpointing ?? false);
  const filters = new FilterSums(emission, layout, again.operations, { control, shards: flat.gradient });
  emitBackward(emission, again, saved, { gradientOf, sums, filters, control }, dPrediction);
  filters.close();
  emission.emit(sums.kernels(layout, control, flat.gradient[0] as Value));
  const gradients = stored(emission, again.withoutUnread(emission.take()));
  emitUpdate(emission, flat, { pictures, control, scaler, ...results });
  const update = emission.take();
  return {
    ...placeValues(emission, homes, [...gradients, ...update], spec.bufferBytes),
    layout,
    mix: mixNoise(spec.target, { ...batch, input: inputs.sample }),
    gradients,
    update,
    inputs,
    batch,
    results,
    scaler,
  };
}

/** The kernels with activations and their gradients as the target stores them. */
const stored = ({ target, activations }: Emission, kernels: readonly Kernel[]): Kernel[] =>
  storesHalves(target) ? inHalves(kernels, activations) : [...kernels];

/** One value per shard of each group: the vectors that the update reads and writes. */
function openVectors(homes: Homes, values: Values, layout: FlatLayout): Record<FlatGroup, Value[]> {
  const open = (group: FlatGroup) =>
    openShards(homes, layout, group).map(({ home, length }) =>
      homes.putAt(values.make(home, [length]), home, 0),
    );
  return {
    weights: open('weights'),
    ema: open('ema'),
    expAvg: open('expAvg'),
    expAvgSq: open('expAvgSq'),
    gradient: open('gradient'),
  };
}

/**
 * Makes a gradient for each piece of the layout. Returns the lookup from a piece's value to its gradient;
 * null for any other value.
 */
function putGradients(homes: Homes, values: Values, layout: FlatLayout): ParameterHomes['gradientOf'] {
  const weights = layout.pieces.map(({ value }) => value);
  const gradients = weights.map(({ label, shape }) => values.make(`d ${label}`, shape));
  putPieces(homes, layout, 'gradient', gradients);
  const byId = new Map(weights.map(({ id }, i) => [id, gradients[i] as Value]));
  return ({ id }) => byId.get(id) ?? null;
}

/**
 * Everything that is written once per batch lies in one home, `inputs`. Pictures are its last: where they are
 * bytes, three quarters of their place are not written. Sample and target lie in another home: `mix` makes
 * them, or they are written if given.
 */
function putBatch(
  homes: Homes,
  values: Values,
  { sample, ...conditions }: Inputs<Value>,
  controlLength: number,
): BatchValues {
  const { shape } = sample;
  const batch = shape.slice(0, 1);
  const put = (value: Value) => homes.put(value, 'inputs');
  const control = put(values.make('control', [controlLength]));
  const seeds = put(values.make('seeds', [5], 'u32'));
  const mirrored = put(values.make('mirrored', [Math.ceil(sizeOf(batch) / 32)], 'u32'));
  const mix = put(values.make('mix', [...batch, 4]));
  Object.values<Value>(conditions).forEach(put);
  const sampleWeights = put(values.make('sample weights', batch));
  const pictures = put(values.make('pictures', shape));
  homes.put(sample, 'input and target');
  const target = homes.put(values.make('target', shape), 'input and target');
  return { control, seeds, mirrored, mix, sampleWeights, pictures, target };
}

/** Everything that is read back after a step lies in one home, `results`. */
function putResults(homes: Homes, values: Values, pictures: number): ResultValues {
  const put = (label: string, length: number) => homes.put(values.make(label, [length]), 'results');
  return {
    stats: put('stats', 4),
    losses: put('losses', pictures),
    weighted: put('weighted losses', pictures),
  };
}

/** Emits each picture's loss and returns the gradient of the prediction. */
function emitLoss(
  emission: Emission,
  geometry: BatchGeometry,
  values: Omit<LossAndGradient & PerPictureLoss, 'partial' | 'dPrediction'>,
): Value {
  const partial = emission.make('loss partial', lossPartialShape(geometry));
  const dPrediction = emission.make('d prediction', values.prediction.shape);
  emission.emit(lossAndGradient(emission.target, geometry, { ...values, partial, dPrediction }));
  emission.emit(perPictureLoss(emission.target, geometry, { ...values, partial }));
  return dPrediction;
}

/** Emits the gradient norm, the verdict whether to apply the step, and the update of every shard. */
function emitUpdate(
  emission: Emission,
  flat: Record<FlatGroup, Value[]>,
  {
    pictures,
    control,
    scaler,
    weighted,
    stats,
  }: ResultValues & { pictures: number; control: Value; scaler: Value | null },
): void {
  const { target } = emission;
  const sums = flat.gradient.map((gradient, shard) => {
    const length = elementsOf(gradient);
    const value = emission.make(`squares ${shard}`, squareSumsShape(length));
    emission.emit(squareSums(target, { length }, { gradient, sums: value }));
    return value;
  });
  emission.emit(stepVerdict(target, { pictures }, { sums, weighted, control, stats, scaler }));
  flat.gradient.forEach((gradient, shard) => {
    const of = (group: FlatGroup) => flat[group][shard] as Value;
    const state = { weights: of('weights'), expAvg: of('expAvg'), expAvgSq: of('expAvgSq'), ema: of('ema') };
    const values = { gradient, ...state, control: scaler ?? control, stats };
    emission.emit(adamW(target, { length: elementsOf(gradient) }, values));
  });
}
