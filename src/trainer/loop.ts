// The training loop: steps, at most two in flight, and the work between two steps. The loop waits for the
// GPU, for a step's pictures and, before a save, for the save before; never for a timer or for the page.
// Not here: what a step computes (training-step.ts, engine/), commands (trainer.ts).
import { endsEpoch, imagesPerStep, lastStep, positionOf, stepsPerEpoch } from '../settings/calendar.ts';
import { TIMESTEPS } from '../diffusion/noise-schedule.ts';
import type { StepSettings, StepStats } from '../engine/executor.ts';
import { yieldToEvents } from '../engine/yield-to-events.ts';
import { type Fault, FaultError, faultOf } from '../fault.ts';
import type { Artist } from './samples/artist.ts';
import type { Generator } from './samples/generator.ts';
import { lossByQuartile } from './history.ts';
import { samplesDue } from '../settings/sample-schedule.ts';
import { DrawingShare } from './samples/drawing-share.ts';
import { checkpointDue } from '../settings/checkpoint-schedule.ts';
import { capacityBytes, poolSlots } from '../settings/checkpoint-sizes.ts';
import type { Outbox } from './outbox.ts';
import type { Run } from './run.ts';
import { mayLoseMs } from '../settings/autosave.ts';
import type { Saver, SaveReason } from './saver.ts';
import { HANGS } from '../checkpoint/storage-fault.ts';
import type { StoreClient } from '../checkpoint/store-client.ts';
import type { TrainerEvent } from './api.ts';
import { slotsThatFit } from './storage-room.ts';
import type { TrainingDevice } from './training-device.ts';
import { StepsAhead } from './steps-ahead.ts';
import { stepBytes, type TrainingStep, trainingStep } from './training-step.ts';
import type { RateMeter } from './rate-meter.ts';

const IN_FLIGHT = 2;

/** What a loop works with, from its start to its end. */
export interface LoopTools {
  readonly device: Pick<TrainingDevice, 'guard'>;
  readonly saver: Pick<Saver, 'begin' | 'idle' | 'dueByTime' | 'ageMs' | 'gaveUp'>;
  readonly artist: Pick<Artist, 'busy' | 'beginProgress' | 'advance'>;
  readonly generator: Pick<Generator, 'advance'>;
  readonly outbox: Pick<Outbox, 'post' | 'progress'>;
  readonly store: Pick<StoreClient, 'growPool' | 'report'>;
  readonly rate: RateMeter;
}

const KEEPS_FEWER = 'The browser has no room for all checkpoints that this run is to keep: fewer are kept.';

/** What becomes of a request for a checkpoint. `stopped`: the loop was stopped before it began. */
export type SaveAnswer = 'saved' | 'stopped' | Fault;

/** One run of the loop, from Train or Resume to the last step or Pause. */
export class Loop {
  readonly #run: Run;
  readonly #tools: LoopTools;
  /** Global step of the run's last step. */
  readonly #last: number;
  /** Steps given to the executor, finished or in flight. */
  #encoded: number;
  #inFlight: Promise<void>[] = [];
  #stop = false;
  /** Answers requests for a checkpoint, once it is saved or the loop has ended; empty: no request. */
  #asked: ((answer: SaveAnswer) => void)[] = [];
  /** The page may be closed: an autosave at the next step boundary. */
  #hidden = false;
  /** Step of the newest set of samples that was begun; a run that comes back has samples of its step. */
  #newestSamples: number;
  /** Samples were due at an earlier step and could not be begun there. */
  #samplesOwed = false;
  readonly #share = new DrawingShare();
  /** Slots that are pre-written, as far as known. */
  #pool: { slots: number; growing: boolean } = { slots: 0, growing: false };

  constructor(run: Run, tools: LoopTools) {
    this.#run = run;
    this.#tools = tools;
    this.#encoded = run.globalStep;
    this.#newestSamples = run.globalStep;
    this.#last = lastStep(run.config, run.dataset.count);
  }

  /** Ends after the steps in flight. */
  stop(): void {
    this.#stop = true;
  }

  /** A checkpoint at the next step boundary. Resolves when it is saved, or has failed, or the loop ended. */
  askSave(): Promise<SaveAnswer> {
    return new Promise((resolve) => this.#asked.push(resolve));
  }

  /** The page was hidden: an autosave at the next step boundary, unless the last save is young enough. */
  pageHidden(): void {
    this.#hidden ||= this.#tools.saver.ageMs >= mayLoseMs(this.#run.config.checkpointEveryMinutes);
  }

  /**
   * Trains until the last step (true) or until stopped (false). Throws FaultError kind `not-finite`, `gpu`,
   * or the fault of saves that were given up.
   */
  async train(): Promise<boolean> {
    const steps = this.#stepsAhead();
    try {
      const finished = await this.#train(steps);
      this.#answer('stopped');
      return finished;
    } catch (error) {
      this.#answer(faultOf(error));
      throw error;
    } finally {
      steps.stop();
    }
  }

  #stepsAhead(): StepsAhead<TrainingStep> {
    const [run, last] = [this.#run, this.#last];
    const { set } = run;
    if (!set) throw new Error('the loop needs pictures');
    return new StepsAhead(
      { from: this.#encoded, end: last, stepBytes: stepBytes(run.config) },
      (globalStep, signal) => trainingStep(run, set, last, globalStep, signal),
    );
  }

  #answer(answer: SaveAnswer): void {
    for (const one of this.#asked.splice(0)) one(answer);
  }

  async #train(steps: StepsAhead<TrainingStep>): Promise<boolean> {
    const { saver, artist, generator, rate } = this.#tools;
    while (this.#encoded < this.#last && !this.#stop) {
      const step = await rate.waitingFor(steps.take());
      const stats = this.#run.executor.step(step.microBatches, step.settings);
      this.#encoded += 1;
      const settled = this.#settle(this.#encoded, stats, step.timesteps, step.settings);
      // `settled` is awaited below. Another await may fail before: that first failure is the one to report.
      void settled.catch(() => undefined);
      this.#inFlight.push(settled);

      // Begun before the save: the samples and the checkpoint hold the weights of the same step.
      const reason = this.#checkpointDue();
      if (this.#beginsSamples(reason !== null)) {
        this.#newestSamples = this.#encoded;
        artist.beginProgress(this.#run, this.#encoded);
      }
      if (reason) await this.#save(settled, reason);

      if (this.#inFlight.length >= IN_FLIGHT) await this.#inFlight.shift();
      // One denoising call of each: a run that always draws samples must not starve the view Generate.
      const draws = artist.busy;
      await artist.advance(true);
      this.#share.iterationEnds(draws);
      await generator.advance();
      this.#growPool();
      if (saver.gaveUp) throw new FaultError(saver.gaveUp);
      await yieldToEvents();
    }
    await Promise.all(this.#inFlight);
    return this.#encoded >= this.#last;
  }

  /**
   * Whether samples of this step are begun. Samples that are due while a set is being drawn, or after drawing
   * took its share of the time, are begun at the first later step that may. The last step's set is always
   * drawn; it waits for a set under way.
   */
  #beginsSamples(checkpoint: boolean): boolean {
    const { config, dataset } = this.#run;
    if (this.#encoded === this.#last) return true;
    const due = samplesDue(this.#encoded, this.#newestSamples, config, dataset.count);
    const old = this.#encoded - this.#newestSamples >= config.sampleEverySteps;
    this.#samplesOwed ||= due || this.#asked.length > 0 || (checkpoint && old);
    if (!this.#samplesOwed || this.#tools.artist.busy || this.#share.msUntilSet > 0) return false;
    this.#samplesOwed = false;
    return true;
  }

  /** Why to save now: by the schedule of steps and epochs, on request, by the clock; null: no reason. */
  #checkpointDue(): SaveReason | null {
    const { config, dataset } = this.#run;
    if (this.#asked.length > 0 || checkpointDue(this.#encoded, config, dataset.count)) return 'due';
    return this.#tools.saver.dueByTime(config.checkpointEveryMinutes) ?? (this.#hidden ? 'autosave' : null);
  }

  /** Begins a save of the newest step, which answers the requests; a save that cannot begin ends the loop. */
  async #save(settled: Promise<void>, reason: SaveReason): Promise<void> {
    const { saver } = this.#tools;
    this.#hidden = false;
    await saver.begin(this.#run, this.#encoded, settled, reason);
    const asked = this.#asked.splice(0);
    if (asked.length > 0)
      void saver.idle().then((failed) => asked.forEach((answer) => answer(failed ?? 'saved')));
  }

  /** Waits for a step's numbers, then puts them into the history and posts them to the page. */
  async #settle(
    step: number,
    pending: Promise<StepStats>,
    timesteps: Float32Array,
    settings: StepSettings,
  ): Promise<void> {
    const run = this.#run;
    const stats = await this.#tools.device.guard(pending);
    if (!stats.applied && !isSkipped(stats)) throw notFinite(step, stats);
    run.history.push(stats.loss, lossByQuartile(stats.perSample, timesteps, TIMESTEPS));
    run.globalStep = step;
    const { config, dataset } = run;
    if (endsEpoch(config, dataset.count, step))
      run.history.epochLosses.push(run.history.meanOfLast(stepsPerEpoch(config, dataset.count)) ?? NaN);
    this.#tools.rate.tick();
    this.#tools.outbox.progress({
      globalStep: step,
      epoch: positionOf(config, dataset.count, step).epoch,
      imagesSeen: step * imagesPerStep(config),
      losses: Float32Array.of(stats.loss),
      learningRate:
        settings.afterSkipping?.(stats.lossScale?.skipped ?? 0).learningRate ?? settings.learningRate,
      gradientNorm: stats.gradientNorm,
      stepsPerSecond: this.#tools.rate.perSecond(),
      waitShare: this.#tools.rate.waitShare(),
      samplesOwed: this.#samplesOwed,
      samplesWaitMs: this.#share.msUntilSet,
    });
  }

  /** Pre-writes the run's other slots in the background, one at a time, while the browser has room. */
  #growPool(): void {
    const { config, dataset } = this.#run;
    const wanted = poolSlots(config, dataset.count);
    if (this.#pool.growing || this.#pool.slots >= wanted) return;
    this.#pool.growing = true;
    // Where the store has ended, the next save tells why.
    void this.#grownPool(wanted)
      .catch(() => wanted)
      .then((slots) => (this.#pool = { growing: false, slots }));
  }

  /** Resolves with the slots that the pool has; with `wanted` where it cannot grow, which is told once. */
  async #grownPool(wanted: number): Promise<number> {
    const { config, dataset, runId } = this.#run;
    const { store, outbox } = this.#tools;
    const fitting = await slotsThatFit(store, { runId, config, imageCount: dataset.count });
    // Also where it does not grow: the store then keeps as many as fit, and not the fewest.
    const result = await store.growPool(runId, fitting, capacityBytes(config, dataset.count));
    if (!result.ok) outbox.post(notGrown(result.fault));
    else if (result.value < fitting || fitting === wanted) return result.value;
    else outbox.post({ type: 'notice', text: KEEPS_FEWER });
    // Saves go on in the slots that are there.
    return wanted;
  }
}

/** A full disk is no reason to act now; storage that does not answer is. */
const notGrown = (fault: Fault): TrainerEvent =>
  fault.title === HANGS
    ? { type: 'fault', fault }
    : { type: 'notice', text: `${fault.title}. ${fault.what}` };

/**
 * Whether a step was skipped to go on with a smaller scale of the loss: of mixed precision, whose gradients
 * may be too large for halves. Below a scale of 1 they would be too large for any.
 */
const isSkipped = ({ loss, lossScale }: StepStats): boolean =>
  lossScale !== undefined && lossScale.scale >= 1 && Number.isFinite(loss);

function notFinite(step: number, stats: StepStats): FaultError {
  return new FaultError({
    kind: 'not-finite',
    title: `The loss is no longer a number at step ${step}`,
    what: 'The step was not applied and nothing of it was saved.',
    expected: 'a finite loss and gradient norm',
    got: `loss ${stats.loss}, gradient norm ${stats.gradientNorm}`,
    todo: [
      'Resume from an older checkpoint with a smaller learning rate.',
      ...(stats.lossScale ? ['Or start a run with full precision.'] : []),
    ],
  });
}
