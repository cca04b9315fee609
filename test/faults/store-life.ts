// A store lives through a random sequence of saves, retention, deletes, growth of the pool, imports, notes
// and restarts; at every change of the disk some cuts are taken, and every state that a cut leaves is held
// to what was acknowledged. Not here: the disk (crash-disk.ts), what must hold of a state
// (crash-claims.ts).
import type { SaveRequest } from '../../src/checkpoint/api.ts';
import type { Store } from '../../src/checkpoint/store.ts';
import type { Result } from '../../src/fault.ts';
import { claim, type Facts, type RunFacts, tensorsOf } from './crash-claims.ts';
import { CrashDisk, type Cut, CUTS, type Random } from './crash-disk.ts';
import type { StoreModule } from './store-variant.ts';

const CAPACITY = 4096;
/** Of the changes of the disk, at which a cut is taken. */
const CUT_SHARE = 0.5;

/** Numbers from 0 up to 1 that a seed gives (Mulberry32). */
export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let word = Math.imul(state ^ (state >>> 15), state | 1);
    word ^= word + Math.imul(word ^ (word >>> 7), word | 61);
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
  };
}

function value<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(`${result.fault.title}: ${result.fault.got}`);
  return result.value;
}

/** What came of a life. */
export interface LifeCounts {
  states: number;
  acknowledgedSaves: number;
  restarts: number;
}

export class StoreLife {
  readonly counts: LifeCounts = { states: 0, acknowledgedSaves: 0, restarts: 0 };
  readonly #module: StoreModule;
  readonly #random: Random;
  readonly #clock: { ms: number };
  #disk: CrashDisk;
  #store: Store;
  #facts: Facts = { runs: new Map(), highest: 0, deleted: new Set(), sessionFrom: 0 };
  #step = 0;
  #runs = 0;

  /** `clock`: what performance.now() answers meanwhile. */
  constructor(module: StoreModule, seed: number, clock: { ms: number }) {
    this.#module = module;
    this.#random = randomOf(seed);
    this.#clock = clock;
    this.#disk = new CrashDisk(clock);
    this.#store = new module.Store(this.#disk.directory(), null);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #pick<T>(of: readonly T[]): T | undefined {
    return of[Math.floor(this.#random() * of.length)];
  }

  /** Makes this many calls. Throws where a state breaks a claim. */
  async live(calls: number): Promise<void> {
    value(await this.#store.open());
    await this.#during(() => this.#begin());
    for (let call = 0; call < calls; call++) {
      this.#clock.ms += Math.floor(this.#random() * (this.#chance(0.2) ? 90_000 : 5000));
      await this.#during(() => this.#next());
    }
  }

  /** Makes one call, with cuts on its way; sometimes life goes on from one of them. */
  async #during(call: () => Promise<void>): Promise<void> {
    const [before, disk] = [this.#facts, this.#disk];
    const found: { disk: CrashDisk; cut: Cut }[] = [];
    const take = (write: Parameters<NonNullable<CrashDisk['beforeChange']>>[0]): void => {
      if (!this.#chance(CUT_SHARE)) return;
      const cut = this.#pick(CUTS) ?? 'kill';
      found.push({ disk: disk.after(cut, write, this.#random, this.#clock), cut });
    };
    disk.beforeChange = take;
    await call();
    disk.beforeChange = null;
    for (const { disk: state, cut } of found) await this.#hold(state, { cut, before, under: true });
    found.length = 0;
    take(null);
    for (const { disk: state, cut } of found)
      await this.#hold(state, { cut, before: this.#facts, under: false });
    const last = found.at(-1);
    if (last && this.#chance(0.15)) await this.#restart(last.disk, last.cut);
  }

  async #hold(disk: CrashDisk, of: { cut: Cut; before: Facts; under: boolean }): Promise<void> {
    this.counts.states += 1;
    // The claims read and save: on a copy.
    const copy = disk.after('kill', null, this.#random, this.#clock);
    await claim(this.#module, copy, { ...of, cutDisk: this.#disk, after: this.#facts });
  }

  /** The next start, on the disk as a cut left it. What is found is what is known from now on. */
  async #restart(disk: CrashDisk, cut: Cut): Promise<void> {
    this.counts.restarts += 1;
    this.#disk = disk;
    this.#store = new this.#module.Store(disk.directory(), null);
    value(await this.#store.open());
    await this.#store.recover([]);
    const runs = new Map((await this.#listed()).map((run) => [run.runId, run]));
    const listed = Math.max(0, ...[...runs.values()].flatMap(({ saves }) => [...saves.keys()]));
    // What a power cut took with its name is not known any more; nor is anything of a store without runs.
    const highest = cut === 'kill' && runs.size > 0 ? this.#facts.highest : listed;
    const deleted = new Set([...this.#facts.deleted].filter((generation) => generation <= highest));
    this.#facts = { runs, highest, deleted, sessionFrom: this.#clock.ms };
    if (runs.size === 0) await this.#begin();
  }

  async #listed(): Promise<RunFacts[]> {
    const { runs } = await this.#store.report();
    return runs.map(({ runId, note, slots }) => ({
      runId,
      kept: note.kept,
      paused: note.paused,
      closed: note.closed,
      name: note.name,
      saves: new Map(
        slots.flatMap(({ record, slot }) =>
          record
            ? [[record.generation, { step: record.globalStep, path: `runs/${runId}/slot-${slot}` }]]
            : [],
        ),
      ),
    }));
  }

  /** After a call: what is listed was acknowledged; `deletedOf`: what the user had deleted is never back. */
  async #acknowledge(deletedOf: string | null = null): Promise<void> {
    const runs = new Map((await this.#listed()).map((run) => [run.runId, run]));
    const deleted = new Set(this.#facts.deleted);
    const before = deletedOf === null ? undefined : this.#facts.runs.get(deletedOf);
    for (const generation of before?.saves.keys() ?? [])
      if (!runs.get(deletedOf ?? '')?.saves.has(generation)) deleted.add(generation);
    const highest = Math.max(
      this.#facts.highest,
      ...[...runs.values()].flatMap(({ saves }) => [...saves.keys()]),
    );
    this.#facts = { ...this.#facts, runs, deleted, highest };
  }

  async #begin(): Promise<void> {
    const runId = `run-${++this.#runs}`;
    value(await this.#store.createRun(runId, 'then', CAPACITY));
    await this.#acknowledge();
  }

  async #next(): Promise<void> {
    const run = this.#pick([...this.#facts.runs.values()]);
    if (!run) return this.#begin();
    const roll = this.#random();
    if (roll < 0.55) await this.#save(run.runId);
    else if (roll < 0.7)
      value(await this.#store.growPool(run.runId, 3 + Math.floor(this.#random() * 4), CAPACITY));
    else if (roll < 0.85) await this.#note(run);
    else if (roll < 0.93) await this.#delete(run);
    else if (roll < 0.97 && this.#facts.runs.size < 3) await this.#import();
    else await this.#store.recover([]);
    await this.#acknowledge(roll >= 0.85 && roll < 0.93 ? run.runId : null);
  }

  async #save(runId: string): Promise<void> {
    const step = ++this.#step;
    const request: SaveRequest = {
      ...{ runId, name: this.#chance(0.2) ? `unet_epoch_${step}` : `unet_step_${step}`, globalStep: step },
      ...{ epoch: 0, meanLoss: 1, autosave: this.#chance(0.3), spreadEvery: null, capacityBytes: CAPACITY },
      // No clock decides.
      created: String(1000 + Math.floor(this.#random() * 9000)),
      tensors: tensorsOf(step),
      metadata: { step: String(step) },
      keepNewest: 1 + Math.floor(this.#random() * 3),
    };
    value(await this.#store.save(request));
    this.counts.acknowledgedSaves += 1;
  }

  async #note({ runId, saves, kept }: RunFacts): Promise<void> {
    const generation = this.#pick([...saves.keys()]);
    const changes = this.#pick([
      { paused: this.#chance(0.5) },
      { name: `Name ${this.#step}` },
      { kept: generation === undefined || kept.length > 1 ? [] : [...kept, generation] },
      { closed: this.#chance(0.3) },
    ]);
    value(await this.#store.writeNote(runId, changes ?? {}));
  }

  async #delete({ runId, saves }: RunFacts): Promise<void> {
    const generation = this.#pick([...saves.keys()]);
    const roll = this.#random();
    if (roll < 0.2 && this.#facts.runs.size > 1) value(await this.#store.removeRun(runId));
    else if (roll < 0.5) await this.#freeSteps(runId);
    else if (generation !== undefined) value(await this.#store.remove({ runId, generation }));
  }

  /** As the page does it: those that the store lists. */
  async #freeSteps(runId: string): Promise<void> {
    const listed = value(await this.#store.freeableSteps(runId));
    const generations = listed.map((record) => record.generation);
    value(await this.#store.freeSteps(runId, generations, this.#chance(0.5)));
  }

  /** As the trainer does it: a run, its note, its first checkpoint. */
  async #import(): Promise<void> {
    const runId = `run-${++this.#runs}`;
    value(await this.#store.createRun(runId, 'then', CAPACITY));
    value(await this.#store.writeNote(runId, { paused: true }));
    await this.#save(runId);
  }
}
