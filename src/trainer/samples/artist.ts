// One set of samples in the making: begun, advanced by one denoising call, shown while its noise clears,
// stored as a sheet where the run draws it. The run's next set waits for the one that is being drawn; a set
// that the user asks for replaces it.
// Not here: the sampling itself (drawing.ts).
import type { CallTimes } from './call-times.ts';
import { type Drawable, Drawing, type DrawingRequest, type DrawnSamples } from './drawing.ts';
import { keepPng, keptSamples } from '../keep-png.ts';
import type { TrainingDevice } from '../training-device.ts';
import type { Outbox } from '../outbox.ts';
import { countAlike, sheetPng } from './sheet-png.ts';
import { deviceLost } from '../trouble.ts';
import { Turns } from '../turns.ts';
import { callsThatFit, DECIDE_BEFORE_MS, tellsCallTime, VALIDATION_MS } from './validation-calls.ts';
import { yieldToEvents } from '../../engine/yield-to-events.ts';

/** Least time between two previews of a set in the making. */
const PREVIEW_EVERY_MS = 200;

interface Current {
  from: Drawable;
  drawing: Drawing;
  drawn: DrawnSamples;
}

/** A set from the weights as they are now. */
const newSet = (from: Drawable, request: DrawingRequest): Current => ({
  from,
  drawing: new Drawing(from, request),
  drawn: { samples: [], finite: true },
});

/** A validation: until when, and what is known and learnt of a denoising call's milliseconds. */
export interface Validating {
  /** Asked before each denoising call. */
  mayGoOn?: () => boolean;
  /** Of an earlier validation; null: not known. */
  callMs?: number | null;
  onCallMs?: (ms: number) => void;
}

export class Artist {
  readonly #outbox: Outbox;
  readonly #device: Pick<TrainingDevice, 'guard'>;
  readonly #times: CallTimes;
  #current: Current | null = null;
  /** The run's next set, from the weights of its own step; begun when the current set is complete. */
  #next: Current | null = null;
  readonly #turns = new Turns();
  /** The newest complete set of a run's own samples. */
  #newest: { runId: string; step: number } | null = null;
  #previewedAt = -Infinity;

  constructor(outbox: Outbox, device: Pick<TrainingDevice, 'guard'>, times: CallTimes) {
    this.#outbox = outbox;
    this.#device = device;
    this.#times = times;
  }

  get busy(): boolean {
    return this.#current !== null;
  }

  /** Starts a set from the weights as they are now; drops an unfinished set. */
  begin(from: Drawable, request: DrawingRequest): void {
    this.cancel();
    const set = newSet(from, request);
    this.#show(set);
    if (request.purpose !== 'progress') this.#preview(set.drawing);
  }

  /**
   * The run's samples of step `step`, unless they are drawn or being drawn: its EMA weights as they are now,
   * its own seed. Where another set is being drawn, the new one waits for its end, in place of a waiting one.
   */
  beginProgress(run: Drawable, step: number): void {
    if (this.#newest?.runId === run.runId && this.#newest.step === step) return;
    const request = { purpose: 'progress', step, weights: 'ema', seed: run.config.seed } as const;
    if (!this.#current) return this.begin(run, request);
    const now = this.#current.drawing.request;
    if (now.purpose === 'progress' && now.step === step) return;
    this.#next?.drawing.cancel();
    this.#next = newSet(run, request);
  }

  #show(set: Current): void {
    this.#current = set;
    const { purpose, step, weights, seed } = set.drawing.request;
    const { size, count, calls, prompts } = set.drawing;
    this.#outbox.post({ type: 'samples-begin', purpose, step, size, weights, seed, count, calls, prompts });
    this.#previewedAt = -Infinity;
  }

  /** Drops the set and the one that waits, and frees their weights. */
  cancel(): void {
    this.#current?.drawing.cancel();
    this.#next?.drawing.cancel();
    this.abandon();
  }

  /** Drops the sets without touching the device, which is lost. */
  abandon(): void {
    this.#current = null;
    this.#next = null;
  }

  /**
   * Makes one denoising call of the set. Returns the set once complete. `quietly`: between training steps,
   * where unfinished samples are not posted. Throws FaultError kind `gpu`.
   */
  advance(quietly = false): Promise<DrawnSamples | null> {
    return this.#turns.take(() => this.#advance(quietly));
  }

  async #advance(quietly: boolean): Promise<DrawnSamples | null> {
    const current = this.#current;
    if (!current) return null;
    const { drawing, drawn, from } = current;
    const { together, callsMade, passes } = drawing;
    const started = performance.now();
    const completed = await this.#device.guard(drawing.advance());
    if (callsMade > 0) this.#times.note(from.config, together, (performance.now() - started) / passes);
    if (this.#current !== current) return null;
    if (completed) {
      drawn.samples.push(...completed.samples);
      drawn.finite = completed.finite;
      for (const sample of completed.samples) this.#outbox.post({ type: 'sample', sample });
    }
    if (!drawing.done) {
      if (!quietly) this.#preview(drawing);
      return null;
    }
    this.#current = null;
    const next = this.#next;
    this.#next = null;
    if (next) this.#show(next);
    await this.#keep(from, drawing.request, drawn);
    return drawn;
  }

  /**
   * Draws what is begun and what waits, without training steps in between, as long as `mayGoOn` before each
   * denoising call. `afterCall` hears how many calls the set has had, and how long the last one took.
   * Returns the last set that it completed, or null.
   */
  async finish(
    mayGoOn: () => boolean = () => true,
    afterCall: (drawing: Drawing, made: number, ms: number) => void = () => undefined,
  ): Promise<DrawnSamples | null> {
    let drawn: DrawnSamples | null = null;
    while (this.busy && mayGoOn()) {
      const drawing = this.#current?.drawing;
      const made = (drawing?.callsMade ?? 0) + 1;
      const started = performance.now();
      drawn = await this.advance();
      const ms = performance.now() - started;
      if (drawing && (drawn || this.#current?.drawing === drawing)) afterCall(drawing, made, ms);
      // On tfjs' cpu backend a call never yields to the event loop: a command would not arrive.
      await yieldToEvents();
    }
    return drawn;
  }

  /**
   * Draws the run's samples from the EMA weights as they are now, in fewer denoising calls where all would
   * take over 10 s. Returns whether all are finite; `skipped`, and the set is dropped, once `mayGoOn` says
   * no. Throws FaultError kind `gpu`, also where the device was lost between two denoising calls.
   */
  async validate(
    run: Drawable,
    step: number,
    { mayGoOn = () => true, callMs = null, onCallMs = () => undefined }: Validating = {},
  ): Promise<'finite' | 'not-finite' | 'skipped'> {
    const all = run.config.sampleSteps;
    const begin = (calls: number): void => {
      const fewer = calls < all ? { calls } : {};
      this.begin(run, { purpose: 'validation', step, weights: 'ema', seed: run.config.seed, ...fewer });
    };
    begin(callMs === null ? all : callsThatFit(all, callMs));
    const endsAt = performance.now() + VALIDATION_MS;
    let fastest = Infinity;
    let decided = callMs !== null;
    const drawn = await this.finish(mayGoOn, ({ calls }, made, ms) => {
      if (!tellsCallTime(made, ms)) return;
      if (ms < fastest) onCallMs((fastest = ms));
      const leftMs = endsAt - performance.now();
      if (decided || leftMs > DECIDE_BEFORE_MS) return;
      decided = true;
      const fit = callsThatFit(calls - made, fastest, leftMs);
      if (fit < calls - made) begin(fit);
    });
    if (drawn) return drawn.finite ? 'finite' : 'not-finite';
    const abandoned = !this.busy && mayGoOn();
    this.cancel();
    if (abandoned) throw deviceLost();
    return 'skipped';
  }

  /**
   * Posts the unfinished samples, at most five times a second, and for the view Generate at every moment that
   * it keeps.
   */
  #preview(drawing: Drawing): void {
    const { purpose } = drawing.request;
    const now = performance.now();
    const due = now - this.#previewedAt >= PREVIEW_EVERY_MS;
    if (!(due || (purpose === 'generate' && drawing.atMoment))) return;
    this.#previewedAt = now;
    this.#outbox.post(...drawing.estimates().map((sample) => ({ type: 'sample' as const, sample })));
  }

  /** Posts the end of a set and, for the run's own purposes, stores it as a sheet. */
  async #keep({ runId }: Drawable, request: DrawingRequest, drawn: DrawnSamples): Promise<void> {
    const { purpose, step } = request;
    // In fewer calls other samples come out: they are no samples of the run.
    const comparable = request.calls === undefined;
    const stored = purpose === 'validation' && comparable ? await keptSamples(runId, step) : null;
    const alike = stored ? await countAlike(drawn.samples, stored) : null;
    this.#outbox.post({ type: 'samples-end', purpose, step, finite: drawn.finite, alike });
    if (purpose === 'draw' || purpose === 'generate') return;
    if (comparable) this.#newest = { runId, step };
    const sheet = await sheetPng(drawn.samples);
    if (purpose === 'validation') await keepPng(runId, step, 'checkpoint_validation', sheet);
    // The sheet that a checkpoint was stored with stays; a validation stores one only where none is.
    if (purpose === 'progress' || (comparable && !stored)) {
      const kept = await keepPng(runId, step, 'samples', sheet);
      if (kept) this.#outbox.post({ type: 'sheet', runId, step });
    }
  }
}
