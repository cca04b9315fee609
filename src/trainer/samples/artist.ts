// One set of samples in the making: begun, moved on by one denoising call, shown while its noise clears, stored as a sheet
// where it is a run's. A newer set replaces an older one. Not here: the sampling itself (drawing.ts).
import { getSheet } from '../../checkpoint/index-db.ts';
import type { RunConfig } from '../../settings/settings.ts';
import type { Predictor } from '../../engine/executor.ts';
import type { CallTimes } from './call-times.ts';
import { Drawing, type DrawingRequest, type DrawnSamples } from './drawing.ts';
import { keepPng } from '../keep-png.ts';
import type { TrainingDevice } from '../training-device.ts';
import type { Outbox } from '../outbox.ts';
import { countAlike, sheetPng } from './sheet-png.ts';
import { Turns } from '../turns.ts';

/** Least time between two looks at a set in the making. */
const LOOK_EVERY_MS = 200;

/** What a set is drawn from: a run, or a checkpoint opened for drawing alone. */
export interface Drawable {
  readonly runId: string;
  readonly config: RunConfig;
  readonly alphaBar: Float64Array;
  readonly executor: Predictor;
}

interface Current {
  from: Drawable;
  drawing: Drawing;
  drawn: DrawnSamples;
}

export class Artist {
  readonly #outbox: Outbox;
  readonly #device: Pick<TrainingDevice, 'guard'>;
  readonly #times: CallTimes;
  #current: Current | null = null;
  readonly #turns = new Turns();
  #lookedAt = -Infinity;

  constructor(outbox: Outbox, device: Pick<TrainingDevice, 'guard'>, times: CallTimes) {
    this.#outbox = outbox;
    this.#device = device;
    this.#times = times;
  }

  get busy(): boolean {
    return this.#current !== null;
  }

  /** Starts a set from the weights as they are now; an unfinished one is dropped. */
  begin(from: Drawable, request: DrawingRequest): void {
    this.cancel();
    const drawing = new Drawing(from.executor, from.alphaBar, from.config, request);
    this.#current = { from, drawing, drawn: { samples: [], finite: true } };
    const { purpose, step, weights, seed } = request;
    const { size, count, calls } = drawing;
    this.#outbox.post({ type: 'samples-begin', purpose, step, size, weights, seed, count, calls });
    this.#lookedAt = -Infinity;
    this.#look(drawing);
  }

  /** The run's samples of step `step`: its EMA weights as they are now, its own seed. */
  beginProgress(run: Drawable, step: number): void {
    this.begin(run, { purpose: 'progress', step, weights: 'ema', seed: run.config.seed });
  }

  cancel(): void {
    this.#current?.drawing.cancel();
    this.#current = null;
  }

  /** Forgets the set without touching the device: it is gone. */
  abandon(): void {
    this.#current = null;
  }

  /** One denoising call, if a set is in the making; the set when that call completed it. Throws FaultError kind `gpu`. */
  advance(): Promise<DrawnSamples | null> {
    return this.#turns.take(() => this.#advance());
  }

  async #advance(): Promise<DrawnSamples | null> {
    const current = this.#current;
    if (!current) return null;
    const { drawing, drawn, from } = current;
    const { together, callsMade } = drawing;
    const started = performance.now();
    const completed = await this.#device.guard(drawing.advance());
    if (callsMade > 0) this.#times.note(from.config, together, performance.now() - started);
    if (this.#current !== current) return null;
    if (completed) {
      drawn.samples.push(...completed.samples);
      drawn.finite = completed.finite;
      for (const sample of completed.samples) this.#outbox.post({ type: 'sample', sample });
    }
    if (!drawing.done) {
      this.#look(drawing);
      return null;
    }
    this.#current = null;
    await this.#keep(from, drawing.request, drawn);
    return drawn;
  }

  /** Draws the whole set without training steps in between; null where there is none. */
  async finish(): Promise<DrawnSamples | null> {
    let drawn: DrawnSamples | null = null;
    while (this.busy) drawn = await this.advance();
    return drawn;
  }

  /** The samples of the weights as they are now, whole: true where all are finite. */
  async validate(run: Drawable, step: number): Promise<boolean> {
    this.begin(run, { purpose: 'validation', step, weights: 'ema', seed: run.config.seed });
    return (await this.finish())?.finite ?? false;
  }

  /**
   * Posts the pictures on their way, five times a second at most, and at every moment of a way that is kept. Training is not to
   * be slowed by it: not for the samples drawn in between steps.
   */
  #look(drawing: Drawing): void {
    const { purpose } = drawing.request;
    const now = performance.now();
    const due = now - this.#lookedAt >= LOOK_EVERY_MS;
    if (purpose === 'progress' || !(due || (purpose === 'generate' && drawing.atMoment))) return;
    this.#lookedAt = now;
    this.#outbox.post(...drawing.estimates().map((sample) => ({ type: 'sample' as const, sample })));
  }

  /** Tells the end of a set; one of a run becomes its sheet. */
  async #keep({ runId }: Drawable, request: DrawingRequest, drawn: DrawnSamples): Promise<void> {
    const { purpose, step } = request;
    const stored = purpose === 'validation' ? await storedSheet(runId, step) : null;
    const alike = stored ? await countAlike(drawn.samples, stored) : null;
    this.#outbox.post({ type: 'samples-end', purpose, step, finite: drawn.finite, alike });
    if (purpose === 'draw' || purpose === 'generate') return;
    const sheet = await sheetPng(drawn.samples);
    if (purpose === 'validation') await keepPng(runId, step, 'checkpoint_validation', sheet);
    // What a checkpoint was stored with stays; a validation fills the place only where nothing is.
    if (purpose === 'progress' || !stored) {
      const kept = await keepPng(runId, step, 'samples', sheet);
      if (kept) this.#outbox.post({ type: 'sheet', runId, step });
    }
  }
}

/** The sheet that a checkpoint was stored with; none where the index is broken: then there is nothing to compare with. */
async function storedSheet(runId: string, step: number): Promise<Blob | null> {
  try {
    return (await getSheet(runId, step, 'samples')) ?? null;
  } catch {
    return null;
  }
}
