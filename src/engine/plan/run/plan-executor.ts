// Trains by a plan: the whole step, from noise to EMA, is a list of dispatches made once and encoded again
// for every step. A step creates nothing and reads back only its few numbers. Not here: what the plan holds
// (training-plan.ts), predictions (plan-predictor.ts). Exported for tests: PlanExecutor.
import type {
  Executor,
  ExecutorState,
  HeldWeights,
  Network,
  NoisedBatch,
  ParameterSpec,
  StateGroup,
  StepBatch,
  StepSettings,
  StepStats,
} from '../../executor.ts';
import { STATE_GROUPS } from '../../executor.ts';
import { expectShapes, type InputArray, type Inputs } from '../../inputs.ts';
import { expectLengths, toTorchArrays } from '../../state-arrays.ts';
import { Buffers } from './buffers.ts';
import { flatBytes, flatten } from '../flat-layout.ts';
import { byteLengthOf, elementAt, elementsOf, type Value } from '../kernels/value.ts';
import { controlOf } from '../kernels/control.ts';
import { Scaler } from './scaler.ts';
import { PlanPredictor } from './plan-predictor.ts';
import { type PipelineCache, pipelineCacheOf, Program } from './program.ts';
import { ReadBack } from './read-back.ts';
import { Pace, Submission } from './submission.ts';
import type { TileChoices } from '../kernels/conv/tile-choice.ts';
import { planTraining, type TrainingPlan } from '../training-plan.ts';
import { operationsOf } from '../written-network.ts';
import type { PlanSpec } from '../plan-spec.ts';
import { homeOf } from '../homes.ts';
import { shapesChosen, tuneTiles } from './tune-tiles.ts';
import { type PlanOptions, type PlanDevice, planSpecOn, gpuOf } from './plan-device.ts';

/** Read-back buffers made in advance: steps in flight before another has to be made. */
const RING = 4;

/** What a plan costs, for reports. */
export interface PlanReport {
  dispatchesPerStep: number;
  liveBytes: number;
  allocatedBytes: number;
  /** Bytes of the buffers that exist while a snapshot is read, in addition. */
  snapshotBytes: number;
  kernels: { op: string; dispatches: number; flops: number; bytes: number }[];
}

/** The dispatches of a step: noise, gradients of one batch, update. */
type StepPrograms = Record<'mix' | 'gradients' | 'update', Program>;

/**
 * An executor on the device's GPUDevice, its memory reserved. `setState` comes before anything else and
 * `prepare` before the first step. Throws FaultError (kind `memory`) if the GPU has not enough memory.
 */
export async function createPlanExecutor(
  device: PlanDevice,
  parameters: readonly ParameterSpec[],
  network: Network,
  options: PlanOptions,
): Promise<PlanExecutor> {
  const gpu = gpuOf(device);
  const cache = pipelineCacheOf(gpu);
  const spec = await tuned(cache, planSpecOn(device, parameters, network, options), options);
  const plan = planTraining(spec);
  const buffers = await Buffers.make(gpu, plan, spec.bufferBytes);
  return new PlanExecutor(spec, plan, buffers, cache, new Pace(device.software));
}

/** Adds the fastest tile shapes to the spec, if its family has tiles. */
async function tuned(
  cache: PipelineCache,
  spec: PlanSpec,
  { tuneMs = 0, onTimed }: PlanOptions,
): Promise<PlanSpec> {
  if (spec.target.family !== 'tiles' || tuneMs === 0) return spec;
  const { target, tiles = {} } = spec;
  return { ...spec, tiles: await tuneTiles(cache, target, operationsOf(spec), tiles, tuneMs, onTimed) };
}

export class PlanExecutor implements Executor {
  readonly kind = 'plan';
  readonly parameters: readonly ParameterSpec[];
  readonly shapesChosen: Readonly<Record<string, number>>;
  readonly #spec: PlanSpec;
  readonly #plan: TrainingPlan;
  readonly #buffers: Buffers;
  readonly #cache: PipelineCache;
  readonly #pace: Pace;
  readonly #predictor: PlanPredictor;
  readonly #results: ReadBack;
  /** The numbers of the home `inputs`, written as one for every batch. */
  readonly #inputs: ArrayBuffer;
  /** Null in full precision. */
  readonly #scaler: Scaler | null;
  #preparing: Promise<void> | null = null;
  /** Null until `prepare` has resolved. */
  #programs: StepPrograms | null = null;
  #disposed = false;

  constructor(spec: PlanSpec, plan: TrainingPlan, buffers: Buffers, cache: PipelineCache, pace: Pace) {
    this.parameters = spec.parameters;
    this.shapesChosen = spec.tiles ? shapesChosen(operationsOf(spec), spec.tiles) : {};
    this.#spec = spec;
    this.#plan = plan;
    this.#buffers = buffers;
    this.#cache = cache;
    this.#pace = pace;
    this.#predictor = new PlanPredictor(spec, cache, pace);
    const { stats, losses } = plan.results;
    this.#scaler = plan.scaler && new Scaler(buffers, plan.scaler);
    const bytes = byteLengthOf(stats) + byteLengthOf(losses) + (this.#scaler?.place.bytes ?? 0);
    this.#results = new ReadBack(buffers.device, 'step results', bytes, RING);
    this.#inputs = new ArrayBuffer(plan.homes.sizes.get('inputs') ?? 0);
  }

  /** The tile shapes in use: those given and those timed. */
  get tiles(): TileChoices {
    return this.#spec.tiles ?? {};
  }

  get report(): PlanReport {
    const { mix, gradients, update } = this.#prepared;
    const rows = new Map<string, PlanReport['kernels'][number]>();
    for (const { op, flops, bytes } of [mix, gradients, update].flatMap((program) => program.kernels)) {
      const row = rows.get(op) ?? { op, dispatches: 0, flops: 0, bytes: 0 };
      rows.set(op, {
        op,
        dispatches: row.dispatches + 1,
        flops: row.flops + flops,
        bytes: row.bytes + bytes,
      });
    }
    const elements = this.#plan.layout.shardLengths.reduce((sum, length) => sum + length, 0);
    return {
      dispatchesPerStep: mix.length + gradients.length + update.length,
      liveBytes: this.#plan.liveBytes,
      allocatedBytes: this.#plan.allocatedBytes,
      snapshotBytes: STATE_GROUPS.length * flatBytes(elements),
      kernels: [...rows.values()],
    };
  }

  prepare(onCompiled?: (done: number, total: number) => void): Promise<void> {
    this.#preparing ??= this.#prepare(onCompiled);
    return this.#preparing;
  }

  async #prepare(onCompiled?: (done: number, total: number) => void): Promise<void> {
    const { mix, gradients, update } = this.#plan;
    await this.#cache.compile([...mix, ...gradients, ...update], onCompiled);
    const build = (kernels: TrainingPlan['mix']) =>
      Program.build(this.#cache, kernels, this.#buffers.placeOf, this.#pace.dispatchCost);
    this.#programs = {
      mix: await build(mix),
      gradients: await build(gradients),
      update: await build(update),
    };
    if (this.#disposed) disposeAll(this.#programs);
  }

  get #prepared(): StepPrograms {
    if (!this.#programs) throw new Error('a step comes after prepare()');
    return this.#programs;
  }

  setState(state: ExecutorState): void {
    expectLengths(this.parameters, state);
    const { device } = this.#buffers;
    const { layout } = this.#plan;
    for (const group of STATE_GROUPS) {
      flatten(layout, state[group]).forEach((flat, shard) => {
        device.queue.writeBuffer(this.#buffers.home(homeOf(group, shard)), 0, flat);
      });
    }
    this.#scaler?.set(state.lossScale);
  }

  async step(microBatches: StepBatch[], settings: StepSettings): Promise<StepStats> {
    const { microBatches: expected, inputs } = this.#spec;
    const { mix, gradients, update } = this.#prepared;
    if (microBatches.length !== expected)
      throw new Error(`the plan is for ${expected} batches a step, got ${microBatches.length}`);
    const { device } = this.#buffers;
    const started = performance.now();
    const submission = new Submission(device, this.#pace);
    const [each] = inputs.sample;
    const pictures = each * expected;
    microBatches.forEach((batch, i) => {
      // The writes of this batch must not overtake kernels that still read the batch before.
      if (i > 0) submission.flush();
      const place = { first: i * each, pictures };
      this.#write(batch, this.#scaler?.controlOf(settings, place) ?? controlOf(settings, place));
      if ('pictures' in batch) submission.run(mix);
      submission.run(gradients);
    });
    submission.run(update);
    const { stats, losses } = this.#plan.results;
    const reading = this.#results.read(submission.last, [
      ...[stats, losses].map((value) => ({ ...this.#buffers.placeOf(value), bytes: byteLengthOf(value) })),
      ...(this.#scaler ? [this.#scaler.place] : []),
    ]);
    const values = new Float32Array(await (this.#scaler?.during(reading) ?? reading));
    this.#pace.measured(submission.total, performance.now() - started);
    const [loss = NaN, gradientNorm = NaN, applied] = values;
    const end = elementsOf(stats) + elementsOf(losses);
    return {
      ...{ loss, gradientNorm, applied: applied === 1, perSample: values.slice(elementsOf(stats), end) },
      ...(this.#scaler ? { lossScale: this.#scaler.learn(values.subarray(end)) } : {}),
    };
  }

  /** Writes everything a batch brings: the home `inputs` at once, sample and target if they are given. */
  #write(batch: StepBatch, control: Float32Array): void {
    const { inputs, batch: own, homes } = this.#plan;
    const sample = 'pictures' in batch ? batch.pictures : batch.inputs.sample;
    expectShapes(this.#spec.inputs, { ...batch.inputs, sample });
    const floats = new Float32Array(this.#inputs);
    const at = (value: Value) => elementAt(value, homes.spotOf(value)?.offset ?? 0);
    floats.set(control, at(own.control));
    floats.set(batch.sampleWeights, at(own.sampleWeights));
    for (const [name, { data }] of Object.entries(batch.inputs)) {
      const value = inputs[name];
      if (value && name !== 'sample') floats.set(data, at(value));
    }
    if ('pictures' in batch) {
      this.#fillToMix(batch);
    } else {
      this.#buffers.write(inputs.sample, batch.inputs.sample.data);
      this.#buffers.write(own.target, batch.target);
    }
    // Pictures lie last.
    const bytes = (homes.spotOf(own.pictures)?.offset ?? 0) + Math.ceil(sample.data.byteLength / 4) * 4;
    this.#buffers.device.queue.writeBuffer(this.#buffers.home('inputs'), 0, this.#inputs, 0, bytes);
  }

  /** Puts what the kernel that mixes reads into the numbers of the home `inputs`. */
  #fillToMix({ pictures: { data, mirrored = [] }, mixture, noise }: NoisedBatch): void {
    const { batch: own, homes } = this.#plan;
    const place = (value: Value) =>
      [this.#inputs, homes.spotOf(value)?.offset ?? 0, elementsOf(value)] as const;
    const { seed, stream, step, first } = noise;
    new Uint32Array(...place(own.seeds)).set([seed, stream, step, first, Number(data instanceof Uint8Array)]);
    const bits = new Uint32Array(...place(own.mirrored)).fill(0);
    mirrored.forEach((is, i) => (bits[i >> 5] = (bits[i >> 5] as number) | (Number(is) << (i & 31))));
    new Float32Array(...place(own.mix)).set(mixture);
    const [buffer, offset] = place(own.pictures);
    const Values = data instanceof Uint8Array ? Uint8Array : Float32Array;
    new Values(buffer, offset).set(data);
  }

  async snapshot(): Promise<ExecutorState> {
    const { device } = this.#buffers;
    const { layout } = this.#plan;
    const encoder = device.createCommandEncoder();
    const copies = STATE_GROUPS.map((group) =>
      layout.shardLengths.map((length, shard) => {
        const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
        const size = flatBytes(length);
        const copy = device.createBuffer({ label: `snapshot of ${group}`, size, usage });
        encoder.copyBufferToBuffer(this.#buffers.home(homeOf(group, shard)), 0, copy, 0, size);
        return copy;
      }),
    );
    const scale = this.#scaler?.copy(encoder);
    device.queue.submit([encoder.finish()]);
    try {
      await Promise.all(copies.flat().map((copy) => copy.mapAsync(GPUMapMode.READ)));
      const state: ExecutorState = { weights: [], ema: [], expAvg: [], expAvgSq: [] };
      for (const [g, group] of STATE_GROUPS.entries()) {
        const shards = (copies[g] as GPUBuffer[]).map((copy) => new Float32Array(copy.getMappedRange()));
        state[group] = await toTorchArrays(layout.slices, ({ shard }) => shards[shard] as Float32Array);
      }
      if (scale) state.lossScale = await scale.read();
      return state;
    } finally {
      for (const copy of copies.flat()) copy.destroy();
    }
  }

  hold(weights: 'ema' | 'raw'): HeldWeights {
    const group: StateGroup = weights === 'ema' ? 'ema' : 'weights';
    const sources = this.#plan.layout.shardLengths.map((_, shard) =>
      this.#buffers.home(homeOf(group, shard)),
    );
    return this.#predictor.hold(sources);
  }

  predict(weights: HeldWeights, inputs: Inputs<InputArray>): Promise<Float32Array> {
    return this.#predictor.predict(weights, inputs);
  }

  dispose(): void {
    this.#disposed = true;
    if (this.#programs) disposeAll(this.#programs);
    this.#predictor.dispose();
    this.#results.dispose();
    this.#buffers.dispose();
  }
}

function disposeAll(programs: StepPrograms): void {
  for (const program of Object.values(programs)) program.dispose();
}
