// The one set of samples in the making: begun, moved on by one denoising call, shown while its noise clears, stored as a
// sheet. A newer set replaces an older one. Not here: the sampling itself (drawing.ts).
import { getSheet } from '../checkpoint/index-db.ts';
import { Drawing, type DrawingRequest, type DrawnSamples } from './drawing.ts';
import { keepPicture } from './keep-picture.ts';
import type { Outbox } from './outbox.ts';
import { countAlike, sheetPng } from './pictures.ts';
import type { Run } from './run.ts';

/** Least time between two looks at a set in the making. */
const LOOK_EVERY_MS = 200;

export class Artist {
  readonly #outbox: Outbox;
  readonly #guard: <T>(work: Promise<T>) => Promise<T>;
  #current: { run: Run; drawing: Drawing } | null = null;
  #advancing: Promise<unknown> = Promise.resolve();
  #lookedAt = -Infinity;

  constructor(outbox: Outbox, guard: <T>(work: Promise<T>) => Promise<T>) {
    this.#outbox = outbox;
    this.#guard = guard;
  }

  get busy(): boolean {
    return this.#current !== null;
  }

  /** Starts a set from the weights as they are now; an unfinished one is dropped. */
  begin(run: Run, request: DrawingRequest): void {
    this.cancel();
    const drawing = new Drawing(run.executor, run.alphaBar, run.config, request);
    this.#current = { run, drawing };
    this.#outbox.post({ type: 'samples-begin', size: drawing.size, ...request });
    this.#lookedAt = -Infinity;
    this.#look(drawing);
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
    const done = this.#advancing.then(() => this.#advance());
    // The caller hears of a failure; the next call starts afresh.
    this.#advancing = done.catch(() => undefined);
    return done;
  }

  async #advance(): Promise<DrawnSamples | null> {
    const current = this.#current;
    if (!current) return null;
    const drawn = await this.#guard(current.drawing.advance());
    if (this.#current !== current) return null;
    if (!drawn) {
      this.#look(current.drawing);
      return null;
    }
    this.#current = null;
    await this.#show(current.run, current.drawing.request, drawn);
    return drawn;
  }

  /** Draws the whole set without training steps in between; null where there is none. */
  async finish(): Promise<DrawnSamples | null> {
    let drawn: DrawnSamples | null = null;
    while (this.busy) drawn = await this.advance();
    return drawn;
  }

  /** The samples of the weights as they are now, whole: true where all are finite. */
  async validate(run: Run, step: number): Promise<boolean> {
    this.begin(run, { purpose: 'validation', step, weights: 'ema', seed: run.config.seed });
    return (await this.finish())?.finite ?? false;
  }

  /** Posts the pictures on their way. Training is not to be slowed by it: not for the samples drawn in between steps. */
  #look(drawing: Drawing): void {
    const now = performance.now();
    if (drawing.request.purpose === 'progress' || now - this.#lookedAt < LOOK_EVERY_MS) return;
    this.#lookedAt = now;
    this.#outbox.post(...drawing.estimates().map((sample) => ({ type: 'sample' as const, sample })));
  }

  async #show(run: Run, request: DrawingRequest, drawn: DrawnSamples): Promise<void> {
    const { purpose, step } = request;
    for (const sample of drawn.samples) this.#outbox.post({ type: 'sample', sample });
    const stored = purpose === 'validation' ? await storedSheet(run.runId, step) : null;
    const alike = stored ? await countAlike(drawn.samples, stored) : null;
    this.#outbox.post({ type: 'samples-end', purpose, step, finite: drawn.finite, alike });
    if (purpose === 'draw') return;
    const sheet = await sheetPng(drawn.samples);
    if (purpose === 'validation') await keepPicture(run.runId, step, 'checkpoint_validation', sheet);
    // What a checkpoint was stored with stays; a validation fills the place only where nothing is.
    if (purpose === 'progress' || !stored) {
      const kept = await keepPicture(run.runId, step, 'samples', sheet);
      if (kept) this.#outbox.post({ type: 'sheet', runId: run.runId, step });
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
