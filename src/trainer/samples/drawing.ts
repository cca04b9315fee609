// Draws a set of samples: fixed noise, held weights, one denoising call at a time, so that the training loop
// can put its steps in between. A call computes at most 16; larger sets are drawn 16 by 16.
// Not here: the sampler's equations (diffusion/sampler.ts), PNGs (sheet-png.ts).
// Exported for tests: momentsOf.
import { SAMPLE_COUNT } from '../../settings/sample-counts.ts';
import { samplerOf } from '../../settings/samplers.ts';
import type { RunConfig } from '../../settings/settings.ts';
import { networkOf } from '../../settings/presets.ts';
import { timestepSpacingOf } from '../../settings/timestep-spacing.ts';
import { type Show, showOf } from '../../data/show.ts';
import type { NoiseLevels } from '../../diffusion/noise-levels.ts';
import { createSampler, initialNoise, type Sampler, stepNoise } from '../../diffusion/sampler.ts';
import type { HeldWeights, Predictor } from '../../engine/executor.ts';
import type { Sample, Wish } from '../api.ts';
import { spaceOfNetwork } from '../picture-network.ts';
import type { RunClasses } from '../run-classes.ts';
import type { RunWords } from '../run-words.ts';
import { textsOfSamples } from '../sample-texts.ts';
import { Denoiser } from './denoiser.ts';

/** Most moments of a sample that are shown: its noise, up to 6 between, and the sample itself. */
const MOMENTS = 8;

export interface DrawingRequest {
  purpose: Sample['purpose'];
  step: number;
  weights: 'ema' | 'raw';
  seed: number;
  /** Denoising calls, fewer than the settings say; where left out: as many. */
  calls?: number;
  /** SAMPLE_COUNT where left out. Sample i of a seed is the same in a set of any size. */
  count?: number;
  /**
   * What the samples are to show; left out: the run's own prompts. Without meaning for a model without words.
   */
  wish?: Wish;
  /** The class of all samples; left out: each class in turn. Without meaning for a model without classes. */
  className?: string;
  /** The index of each sample's noise; left out: sample i has noise i. */
  noise?: readonly number[];
}

/** What a set is drawn from: a run, or a checkpoint that was opened only to draw. */
export interface Drawable {
  readonly runId: string;
  readonly config: RunConfig;
  readonly levels: NoiseLevels;
  readonly words: RunWords | null;
  readonly classes: RunClasses | null;
  readonly executor: Predictor;
}

/** Complete samples. */
export interface DrawnSamples {
  samples: Sample[];
  /** Samples and all predictions on the way are finite. A sampler clips: it would hide a bad prediction. */
  finite: boolean;
}

/** A set of samples in the making. */
export class Drawing {
  readonly request: DrawingRequest;
  readonly size: number;
  readonly count: number;
  /** What each sample of the set is told, its prompt or class; null: the model is told nothing. */
  readonly prompts: string[] | null;
  readonly #channels: number;
  readonly #show: Show;
  readonly #denoiser: Denoiser;
  readonly #held: HeldWeights;
  readonly #sampler: Sampler;
  readonly #moments: readonly number[];
  /** Index in the set of the first sample in hand. */
  #first = 0;
  /** The samples in hand, pixels in -1..1 or latents, [together, size, size, channels]. */
  #x: Float32Array;
  /** Denoising calls made of the samples in hand. */
  #call = 0;
  /** What the newest call read and gave; null before the first. */
  #last: { x: Float32Array; prediction: Float32Array } | null = null;
  #finite = true;

  constructor(from: Drawable, request: DrawingRequest) {
    const { executor, levels, config } = from;
    this.request = request;
    this.size = config.imageSize;
    this.count = request.count ?? SAMPLE_COUNT;
    this.prompts = textsOfSamples(from, request, this.count);
    const network = networkOf(config);
    const space = spaceOfNetwork(network);
    this.#channels = network.inChannels;
    this.#show = showOf(space);
    this.#held = executor.hold(request.weights);
    const settings = { ...config, sampleSteps: request.calls ?? config.sampleSteps };
    this.#sampler = createSampler({
      levels,
      predictionType: config.predictionType,
      sampler: samplerOf(config),
      spacing: timestepSpacingOf(settings),
      steps: settings.sampleSteps,
      clip: space.is === 'pixels',
    });
    this.#denoiser = new Denoiser(executor, from, request, this.calls);
    this.#moments = momentsOf(this.calls);
    this.#x = this.#noise();
  }

  /** Numbers in one sample. */
  get #length(): number {
    return this.size * this.size * this.#channels;
  }

  /** Samples in hand: how many the next call computes together. 0 when the set is complete. */
  get together(): number {
    return Math.min(SAMPLE_COUNT, this.count - this.#first);
  }

  /** Denoising calls of one sample. */
  get calls(): number {
    return this.#sampler.timesteps.length;
  }

  /** Denoising calls made of the samples in hand. */
  get callsMade(): number {
    return this.#call;
  }

  /** Forward passes that the next call takes. */
  get passes(): 1 | 2 {
    return this.#denoiser.passes(this.#call);
  }

  /** The samples in hand are at one of the moments that are shown. */
  get atMoment(): boolean {
    return this.#moments.includes(this.#call);
  }

  get done(): boolean {
    return this.together === 0;
  }

  /** Makes one denoising call. Returns the samples that it completed, or null while they need more calls. */
  async advance(): Promise<DrawnSamples | null> {
    const timestep = this.#sampler.timesteps[this.#call];
    const { together, size } = this;
    if (timestep === undefined || together === 0) throw new Error('the samples are complete already');
    const prediction = await this.#denoiser.predict(this.#held, {
      first: this.#first,
      sample: { data: this.#x, shape: [together, size, size, this.#channels] },
      timestep,
      call: this.#call,
    });
    this.#finite &&= prediction.every(Number.isFinite);
    const noise = this.#sampler.usesNoise(this.#call) ? this.#stepNoise() : null;
    this.#last = { x: this.#x, prediction };
    this.#x = this.#sampler.step(this.#call, this.#x, prediction, noise);
    this.#call += 1;
    if (this.#call < this.calls) return null;
    const samples = this.#samples(this.#x, true);
    this.#finite &&= samples.every((sample) => sample.finite);
    this.#first += together;
    this.#call = 0;
    this.#last = null;
    if (this.done) this.cancel();
    else this.#x = this.#noise();
    return { samples, finite: this.#finite };
  }

  /**
   * The samples in hand as the newest call predicts them without noise, to be shown; before the first call
   * the noise. Changes nothing.
   */
  estimates(): Sample[] {
    const clean = this.#last && this.#sampler.clean(this.#call - 1, this.#last.x, this.#last.prediction);
    return this.#samples(clean ?? this.#x, false);
  }

  #noise(): Float32Array {
    return this.#each((index, length) => initialNoise(this.request.seed, index, length));
  }

  /** A stochastic sampler's noise: a function of each sample's noise, so that none depends on the others. */
  #stepNoise(): Float32Array {
    return this.#each((index, length) => stepNoise(this.request.seed, index, length, this.#call));
  }

  #each(make: (index: number, length: number) => Float32Array): Float32Array {
    const all = new Float32Array(this.together * this.#length);
    for (let i = 0; i < this.together; i++) {
      const index = this.#first + i;
      all.set(make(this.request.noise?.[index] ?? index, this.#length), i * this.#length);
    }
    return all;
  }

  /** Releases the held weights. */
  cancel(): void {
    this.#held.release();
  }

  #samples(x: Float32Array, drawn: boolean): Sample[] {
    const moment = this.#moments.indexOf(this.#call);
    return Array.from({ length: this.together }, (_, i): Sample => {
      const pixels = x.subarray(i * this.#length, (i + 1) * this.#length);
      return {
        purpose: this.request.purpose,
        step: this.request.step,
        index: this.#first + i,
        of: this.count,
        size: this.size,
        rgba: this.#show(pixels, this.#channels),
        finite: pixels.every(Number.isFinite),
        drawn,
        calls: this.#call,
        moment: moment < 0 ? null : moment,
      };
    });
  }
}

/**
 * The moments of a sample, as numbers of calls made: evenly spaced from 0 (noise) to `calls` (the sample).
 */
export function momentsOf(calls: number): number[] {
  const last = Math.min(MOMENTS, calls + 1) - 1;
  return Array.from({ length: last + 1 }, (_, i) => Math.round((i * calls) / last));
}
