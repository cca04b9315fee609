// Pictures from any checkpoint, with or without a run: its weights are opened for drawing alone, and all of their memory goes
// when the pictures are drawn, cancelled or have failed. Not here: the drawing (artist.ts), when its calls are made
// (generate-requests.ts, loop.ts).
import type { CheckpointRef } from '../../checkpoint/api.ts';
import type { StoreClient } from '../../checkpoint/store-client.ts';
import type { RunConfig } from '../../settings/settings.ts';
import { alphaBar } from '../../diffusion/noise-schedule.ts';
import { yieldToEvents } from '../../engine/yield-to-events.ts';
import { type Fault, FaultError, faultOf, type Result } from '../../fault.ts';
import type { DrawingFacts, GenerateRequest } from '../api.ts';
import { Artist } from './artist.ts';
import { type CallTimes, networkText } from './call-times.ts';
import { type CheckpointContent, readContent, readFacts } from '../checkpoint-file.ts';
import type { TrainingDevice } from '../training-device.ts';
import type { Outbox } from '../outbox.ts';
import type { Run } from '../run.ts';
import { deviceLost, must } from '../trouble.ts';

export interface GeneratorTools {
  store: Pick<StoreClient, 'load' | 'metadataOf'>;
  outbox: Outbox;
  times: CallTimes;
  /** Of runs that are not open, by run: they never change. */
  settings: Map<string, RunConfig>;
  currentRun: () => Pick<Run, 'runId' | 'config'> | null;
}

export type GeneratorDevice = Pick<TrainingDevice, 'guard' | 'predictorFor'>;

export const DONE: Result<null> = { ok: true, value: null };

export class Generator {
  readonly #tools: GeneratorTools;
  readonly #device: GeneratorDevice;
  /** Of its own: these pictures and a run's samples do not replace one another. */
  readonly #artist: Artist;
  #asked = 0;
  #finishing = false;
  #ended: Promise<Result<null>> = Promise.resolve(DONE);
  #end: (result: Result<null>) => void = () => undefined;

  constructor(tools: GeneratorTools, device: GeneratorDevice) {
    this.#tools = tools;
    this.#device = device;
    this.#artist = new Artist(tools.outbox, device, tools.times);
  }

  get busy(): boolean {
    return this.#artist.busy;
  }

  /** Settles when what was begun last is drawn, cancelled or has failed. */
  get ended(): Promise<Result<null>> {
    return this.#ended;
  }

  /**
   * Opens the checkpoint and begins; what was begun before is dropped. `trains`: the current run trains now. Throws FaultError
   * where the checkpoint is not sound, does not fit the GPU, or is of another network than the one that trains.
   */
  async begin(request: GenerateRequest, trains: boolean): Promise<void> {
    this.cancel();
    const asked = this.#asked;
    this.#ended = new Promise((resolve) => (this.#end = resolve));
    const { metadata, tensors } = must(await this.#tools.store.load(request.ref));
    const content = readContent(metadata, tensors);
    const { config, globalStep, runId } = content.facts;
    if (trains && !this.#isOfTheRun(config)) throw new FaultError(pauseFirst());
    const executor = await this.#open(content, request.weights);
    const { seed, weights, count } = request;
    // Cancelled while it was opened.
    if (asked !== this.#asked) return executor.hold(weights).release();
    const settings = { ...config, sampler: request.sampler, sampleSteps: request.steps };
    this.#artist.begin(
      { runId, config: settings, alphaBar: alphaBar(config.noiseSchedule), executor },
      { purpose: 'generate', step: globalStep, weights, seed, count },
    );
  }

  #isOfTheRun(config: RunConfig): boolean {
    const run = this.#tools.currentRun();
    return run !== null && networkText(run.config) === networkText(config);
  }

  #open({ facts, state }: CheckpointContent, weights: GenerateRequest['weights']) {
    const given = weights === 'ema' ? state.ema : state.weights;
    // A device that hangs would keep the turn: no Pause or Resume would be heard.
    return this.#device.guard(this.#device.predictorFor(facts.config, given)).catch((error: unknown) => {
      throw new FaultError(inWords(faultOf(error)));
    });
  }

  /** One denoising call, if there is something to draw. Throws FaultError kind `gpu`; other faults are the request's answer. */
  async advance(): Promise<void> {
    const asked = this.#asked;
    try {
      if (await this.#artist.advance()) this.#end(DONE);
    } catch (error) {
      const fault = faultOf(error);
      // What failed was cancelled meanwhile: no news of what was begun since.
      if (fault.kind !== 'gpu' && asked !== this.#asked) return;
      if (fault.kind === 'gpu') this.#artist.abandon();
      else this.#artist.cancel();
      this.#end({ ok: false, fault: inWords(fault) });
      if (fault.kind === 'gpu') throw error;
    }
  }

  /** Draws on while `mayGoOn`, without training steps in between. One at a time. Throws FaultError kind `gpu`. */
  async finish(mayGoOn: () => boolean): Promise<void> {
    if (this.#finishing) return;
    this.#finishing = true;
    try {
      while (this.busy && mayGoOn()) {
        await this.advance();
        // On tfjs' cpu backend a call waits for nothing: Cancel and Pause would not be heard.
        await yieldToEvents();
      }
    } finally {
      this.#finishing = false;
    }
  }

  /** The pictures that are drawn stay; memory is free after the call under way. */
  cancel(): void {
    this.#asked += 1;
    this.#artist.cancel();
    this.#end(DONE);
  }

  /** The device is gone, and with it the pictures. */
  abandon(): void {
    this.#asked += 1;
    this.#artist.abandon();
    this.#end({ ok: false, fault: inWords(deviceLost().fault) });
  }

  /** Throws FaultError kind `storage` or `file`. */
  async factsOf(ref: CheckpointRef): Promise<DrawingFacts> {
    const config = await this.#settingsOf(ref);
    return {
      steps: config.sampleSteps,
      sampler: config.sampler,
      asTheRun: this.#isOfTheRun(config),
      callMs: this.#tools.times.of(config),
    };
  }

  async #settingsOf(ref: CheckpointRef): Promise<RunConfig> {
    const { store, settings, currentRun } = this.#tools;
    const run = currentRun();
    const known = ref.runId === run?.runId ? run.config : settings.get(ref.runId);
    if (known) return known;
    const { config } = readFacts(must(await store.metadataOf(ref)));
    settings.set(ref.runId, config);
    return config;
  }
}

/** What a fault of the GPU means for pictures. */
function inWords(fault: Fault): Fault {
  const what = 'The pictures that were being drawn are not finished. Checkpoints are safe.';
  if (fault.kind === 'gpu')
    return {
      ...fault,
      what,
      todo: ['Press Generate again when the GPU answers: the same seed gives the same pictures.'],
    };
  if (fault.kind !== 'memory') return fault;
  return {
    ...fault,
    title: 'The GPU has not enough memory for these pictures',
    what,
    todo: [
      'Pause the training, or choose New run: its memory is free then.',
      'Close other tabs that use the GPU.',
    ],
  };
}

function pauseFirst(): Fault {
  return {
    kind: 'network',
    title: 'Another network trains now',
    what: 'While a run trains, pictures are drawn from checkpoints of its own network, so that it need not stop.',
    expected: 'a checkpoint of the network that trains',
    got: 'one of another network',
    todo: ['Press Pause in Train, then Generate again.'],
  };
}
