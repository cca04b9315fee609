// Samples from any checkpoint, with or without a run: a checkpoint's weights are loaded only to draw, and
// their memory is freed when the samples are drawn, cancelled or failed.
// Not here: the drawing (artist.ts), when its calls are made (../generate-requests.ts, ../loop.ts).
import type { CheckpointRef } from '../../checkpoint/api.ts';
import type { StoreClient } from '../../checkpoint/store-client.ts';
import { samplerOf } from '../../settings/samplers.ts';
import type { RunConfig } from '../../settings/settings.ts';
import { noiseLevels } from '../../diffusion/noise-levels.ts';
import { yieldToEvents } from '../../engine/yield-to-events.ts';
import { type Fault, FaultError, faultOf, type Result } from '../../fault.ts';
import { openPictures } from '../../data/sets.ts';
import type { DrawingFacts, GenerateRequest, KnownWords } from '../api.ts';
import { captionsOf, type RunWords, vocabularyOf } from '../run-words.ts';
import { Artist } from './artist.ts';
import { networkText, textEncoderOf } from '../../settings/presets.ts';
import { isReadyModel } from '../../settings/ready-model.ts';
import { captionTemplate } from '../../text/caption-template.ts';
import { captionLines } from '../../text/step-captions.ts';
import { unreadOf } from '../../text/unread.ts';
import type { CallTimes } from './call-times.ts';
import { type CheckpointContent, readFacts } from '../checkpoint-file.ts';
import type { TrainingDevice } from '../training-device.ts';
import type { Outbox } from '../outbox.ts';
import { readyContent } from '../ready-model.ts';
import { referredContent } from '../referred-content.ts';
import type { Run } from '../run.ts';
import { deviceLost, must } from '../trouble.ts';

export interface GeneratorTools {
  store: Pick<StoreClient, 'load' | 'metadataOf'>;
  outbox: Outbox;
  times: CallTimes;
  /** Settings, words and classes of runs that are not open, by run id: a run's never change. */
  facts: Map<string, RunFacts>;
  currentRun: () => (RunFacts & Pick<Run, 'runId'>) | null;
}

type RunFacts = Pick<Run, 'config' | 'words' | 'classes'>;

type Said = Pick<KnownWords, 'vocabulary' | 'template'>;

export type GeneratorDevice = Pick<TrainingDevice, 'guard' | 'predictorFor'>;

export const DONE: Result<null> = { ok: true, value: null };

export class Generator {
  readonly #tools: GeneratorTools;
  readonly #device: GeneratorDevice;
  /** An artist of its own: generated samples and the run's samples do not replace one another. */
  readonly #artist: Artist;
  /** Rises with each request and each cancel: work of an outdated request is dropped. */
  #asked = 0;
  /** By run id. */
  readonly #said = new Map<string, Said>();
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

  /** Resolves when the request that began last is drawn, cancelled or failed. */
  get ended(): Promise<Result<null>> {
    return this.#ended;
  }

  /**
   * Opens the checkpoint and begins to draw; drops an earlier request. `trains`: the current run trains now.
   * Throws FaultError where the checkpoint is damaged, does not fit the GPU, or has another network than the
   * run that trains.
   */
  async begin(request: GenerateRequest, trains: boolean): Promise<void> {
    this.cancel();
    const asked = this.#asked;
    this.#ended = new Promise((resolve) => (this.#end = resolve));
    const content = await referredContent(this.#tools.store, request.ref);
    const { config, globalStep, runId, words, classes } = content.facts;
    if (trains && !this.#isOfTheRun(config)) throw new FaultError(pauseFirst());
    const executor = await this.#open(content, request.weights);
    const { seed, weights, count, wish, className, noise } = request;
    // Cancelled while it was opened.
    if (asked !== this.#asked) return executor.hold(weights).release();
    const settings = { ...config, sampler: request.sampler, sampleSteps: request.steps };
    this.#artist.begin(
      { runId, config: settings, levels: noiseLevels(config), words, classes, executor },
      {
        ...{ purpose: 'generate', step: globalStep, weights, seed, count },
        ...(wish && { wish }),
        ...(className !== null && { className }),
        ...(noise && { noise }),
      },
    );
  }

  #isOfTheRun(config: RunConfig): boolean {
    const run = this.#tools.currentRun();
    return run !== null && networkText(run.config) === networkText(config);
  }

  #open({ facts, state }: CheckpointContent, weights: GenerateRequest['weights']) {
    const given = weights === 'ema' ? state.ema : state.weights;
    // Guarded: a device that hangs would keep the turn, and Pause or Resume would wait for ever.
    return this.#device.guard(this.#device.predictorFor(facts.config, given)).catch((error: unknown) => {
      throw new FaultError(forRequest(faultOf(error)));
    });
  }

  /** Makes one denoising call of the request. Throws FaultError kind `gpu`; other faults end the request. */
  async advance(): Promise<void> {
    const asked = this.#asked;
    try {
      if (await this.#artist.advance()) this.#end(DONE);
    } catch (error) {
      const fault = faultOf(error);
      // The failed call's request was cancelled meanwhile: the request that began since is not concerned.
      if (fault.kind !== 'gpu' && asked !== this.#asked) return;
      if (fault.kind === 'gpu') this.#artist.abandon();
      else this.#artist.cancel();
      this.#end({ ok: false, fault: forRequest(fault) });
      if (fault.kind === 'gpu') throw error;
    }
  }

  /** Draws while `mayGoOn`, without training steps. A second call returns at once. Throws as `advance`. */
  async finish(mayGoOn: () => boolean): Promise<void> {
    if (this.#finishing) return;
    this.#finishing = true;
    try {
      while (this.busy && mayGoOn()) {
        await this.advance();
        // On tfjs' cpu backend a call never yields to the event loop: Cancel and Pause would not arrive.
        await yieldToEvents();
      }
    } finally {
      this.#finishing = false;
    }
  }

  /** Samples already drawn stay on the page; the memory is freed after the call under way. */
  cancel(): void {
    this.#asked += 1;
    this.#artist.cancel();
    this.#end(DONE);
  }

  /** Ends the request without touching the device, which is lost. */
  abandon(): void {
    this.#asked += 1;
    this.#artist.abandon();
    this.#end({ ok: false, fault: forRequest(deviceLost().fault) });
  }

  /** What is known of a checkpoint before drawing. Throws FaultError kind `storage` or `file`. */
  async factsOf(ref: CheckpointRef): Promise<DrawingFacts> {
    const { config, words, classes } = await this.#factsOf(ref);
    return {
      steps: config.sampleSteps,
      sampler: samplerOf(config),
      predictionType: config.predictionType,
      dataset: config.dataset,
      asTheRun: this.#isOfTheRun(config),
      words: words && {
        prompts: words.prompts,
        guidanceScale: config.guidanceScale,
        tokens: tokensRead(config),
        ...(await this.#saidOf(ref.runId, config, words)),
      },
      classes,
      callMs: this.#tools.times.of(config),
    };
  }

  /**
   * Of each prompt the words that the checkpoint's model does not read, because the prompt is too long; all
   * are empty where it knows no words. Throws as `factsOf`.
   */
  async unread(ref: CheckpointRef, prompts: readonly string[]): Promise<string[]> {
    const { config, words } = await this.#factsOf(ref);
    return prompts.map((prompt) => (words ? unreadOf(words.tokenizer, prompt, tokensRead(config)) : ''));
  }

  /** What the run's captions say, or its prompts where its pictures are not on this computer. */
  async #saidOf(runId: string, config: RunConfig, { prompts }: RunWords): Promise<Said> {
    const known = this.#said.get(runId);
    if (known) return known;
    const set = await openPictures(config.dataset, config).catch(() => null);
    const texts = set ? captionsOf(set) : prompts;
    const said = {
      vocabulary: vocabularyOf(texts),
      template: set && captionTemplate(texts.flatMap(captionLines)),
    };
    // Pictures that are not here may be imported later.
    if (set) this.#said.set(runId, said);
    return said;
  }

  async #factsOf(ref: CheckpointRef): Promise<RunFacts> {
    const { store, facts, currentRun } = this.#tools;
    const run = currentRun();
    const known = ref.runId === run?.runId ? run : facts.get(ref.runId);
    if (known) return known;
    const read = isReadyModel(ref)
      ? (await readyContent()).facts
      : readFacts(must(await store.metadataOf(ref)));
    facts.set(ref.runId, read);
    return read;
  }
}

/** Tokens of a prompt that are read: begin and end take two places. */
const tokensRead = (config: RunConfig): number => (textEncoderOf(config)?.maxPositionEmbeddings ?? 2) - 2;

/** A GPU's fault with what it means for the request. */
function forRequest(fault: Fault): Fault {
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
