// Predicts by forward-only plans, from copies of the weights, so that training can go on. Makes a plan for
// each set of input shapes when it is first asked for. Not here: training (plan-executor.ts).
import type { HeldWeights } from '../../executor.ts';
import { type BatchShape, type InputArray, type Inputs, mapInputs } from '../../inputs.ts';
import { Buffers, storage } from './buffers.ts';
import { type InferencePlan, planInference } from '../inference-plan.ts';
import { byteLengthOf, type Value } from '../kernels/value.ts';
import { type PipelineCache, type BufferPlace, Program } from './program.ts';
import { ReadBack } from './read-back.ts';
import { type Pace, Submission } from './submission.ts';
import type { PlanSpec } from '../plan-spec.ts';
import { homeOf } from '../homes.ts';

/** One plan with its memory. Its programs belong to the weights they are bound to. */
interface Pass {
  plan: InferencePlan;
  buffers: Buffers;
  results: ReadBack;
}

/** A copy of all weights. */
class HeldBuffers implements HeldWeights {
  readonly buffers: readonly GPUBuffer[];
  readonly programs = new Map<string, Promise<Program>>();
  readonly #release: () => void;
  #held = true;

  constructor(buffers: readonly GPUBuffer[], release: (held: HeldBuffers) => void) {
    this.buffers = buffers;
    this.#release = () => release(this);
  }

  get held(): boolean {
    return this.#held;
  }

  take(): void {
    this.#held = true;
  }

  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#release();
  }
}

export class PlanPredictor {
  readonly #spec: PlanSpec;
  readonly #cache: PipelineCache;
  readonly #pace: Pace;
  readonly #passes = new Map<string, Promise<Pass>>();
  /** Released copies with their programs; the next hold takes one of them. */
  readonly #free: HeldBuffers[] = [];
  readonly #all = new Set<HeldBuffers>();

  constructor(spec: PlanSpec, cache: PipelineCache, pace: Pace) {
    this.#spec = spec;
    this.#cache = cache;
    this.#pace = pace;
  }

  /** Copies the weights as they are after everything submitted so far. */
  hold(sources: readonly GPUBuffer[]): HeldWeights {
    const { device } = this.#cache;
    const held = this.#free.pop() ?? this.#makeHeld(sources);
    held.take();
    const encoder = device.createCommandEncoder();
    sources.forEach((source, shard) => {
      encoder.copyBufferToBuffer(source, 0, held.buffers[shard] as GPUBuffer, 0, source.size);
    });
    device.queue.submit([encoder.finish()]);
    return held;
  }

  #makeHeld(sources: readonly GPUBuffer[]): HeldBuffers {
    const buffers = sources.map(({ size }) => storage(this.#cache.device, 'held weights', size));
    const held = new HeldBuffers(buffers, (released) => this.#free.push(released));
    this.#all.add(held);
    return held;
  }

  async predict(weights: HeldWeights, inputs: Inputs<InputArray>): Promise<Float32Array> {
    if (!(weights instanceof HeldBuffers) || !weights.held)
      throw new Error('predict takes weights from hold() that were not released');
    const shapes = mapInputs(inputs, ({ shape }) => shape);
    const pass = await this.#passOf(weights, shapes);
    const program = await this.#programOf(weights, pass, keyOf(shapes));
    const { plan, buffers, results } = pass;
    const started = performance.now();
    for (const [name, value] of Object.entries(plan.inputs)) {
      const given = inputs[name];
      if (given) buffers.write(value, given.data);
    }
    const submission = new Submission(buffers.device, this.#pace);
    submission.run(program);
    const { prediction } = plan;
    const part = { ...buffers.placeOf(prediction), bytes: byteLengthOf(prediction) };
    const result = await results.read(submission.last, [part]);
    this.#pace.measured(submission.total, performance.now() - started);
    return new Float32Array(result);
  }

  #passOf(weights: HeldBuffers, shapes: Inputs<BatchShape>): Promise<Pass> {
    const key = keyOf(shapes);
    const known = this.#passes.get(key);
    if (known) return known;
    const pass = this.#makePass(weights, shapes);
    this.#passes.set(key, pass);
    // A pass that failed is forgotten, so that the next call makes it again: memory may be free by then.
    pass.catch(() => this.#passes.delete(key));
    return pass;
  }

  async #makePass(weights: HeldBuffers, inputs: Inputs<BatchShape>): Promise<Pass> {
    const { device } = this.#cache;
    const plan = planInference({ ...this.#spec, inputs });
    const buffers = await Buffers.make(device, plan, this.#spec.bufferBytes, homesOf(weights));
    const bytes = byteLengthOf(plan.prediction);
    return { plan, buffers, results: new ReadBack(device, 'prediction', bytes, 1) };
  }

  #programOf(weights: HeldBuffers, { plan, buffers }: Pass, key: string): Promise<Program> {
    const known = weights.programs.get(key);
    if (known) return known;
    const homes = homesOf(weights);
    const placeOf = (value: Value): BufferPlace => {
      const spot = plan.homes.spotOf(value);
      const buffer = spot && homes.get(spot.home);
      return spot && buffer ? { buffer, offset: spot.offset } : buffers.placeOf(value);
    };
    const program = Program.build(this.#cache, plan.forward, placeOf, this.#pace.dispatchCost);
    weights.programs.set(key, program);
    return program;
  }

  dispose(): void {
    for (const held of this.#all) {
      for (const program of held.programs.values()) void program.then((made) => made.dispose());
      for (const buffer of held.buffers) buffer.destroy();
    }
    for (const pass of this.#passes.values()) {
      void pass.then(({ buffers, results }) => {
        buffers.dispose();
        results.dispose();
      });
    }
  }
}

/** Equal for equal names and shapes of the inputs. */
const keyOf = (shapes: Inputs<BatchShape>): string =>
  Object.entries(shapes)
    .map(([name, shape]) => `${name} ${shape.join('x')}`)
    .join();

function homesOf({ buffers }: HeldBuffers): Map<string, GPUBuffer> {
  return new Map(buffers.map((buffer, shard) => [homeOf('weights', shard), buffer]));
}
