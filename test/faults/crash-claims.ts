// What must hold of a disk as a cut left it: nothing torn is listed or loaded, what was acknowledged is
// found, what was deleted is not, notes are as before or after, and the next save is the newest. Not here:
// how the disk came about (store-life.ts, crash-disk.ts).
import type { FileTensor, RunReport } from '../../src/checkpoint/api.ts';
import type { Store } from '../../src/checkpoint/store.ts';
import type { CrashDisk, Cut } from './crash-disk.ts';
import type { StoreModule } from './store-variant.ts';

/** After this long a name is promised to survive (measured: 35 s). */
const SETTLED_MS = 60_000;

export interface RunFacts {
  runId: string;
  kept: readonly number[];
  paused: boolean;
  closed: boolean;
  name: string;
  /** By generation. */
  saves: ReadonlyMap<number, { step: number; path: string }>;
}

/** What the store has acknowledged. */
export interface Facts {
  runs: ReadonlyMap<string, RunFacts>;
  /** Generation of any save. */
  highest: number;
  /** Generations that the user deleted. */
  deleted: ReadonlySet<number>;
  /** Clock at the start of this session, which cannot see how old the names are that it finds. */
  sessionFrom: number;
}

interface Cutting {
  cut: Cut;
  /** Acknowledged before the call under way, and after it. */
  before: Facts;
  after: Facts;
  /** Whether the cut came while a call was under way; else both are the same. */
  under: boolean;
  /** The disk that was cut. */
  cutDisk: CrashDisk;
}

/** Numbers that tell the step, of a length that differs by step. */
export function tensorsOf(step: number): FileTensor[] {
  const length = 100 + ((step * 137) % 700);
  const data = new Float32Array(length).map((_, i) => step * 1000 + i);
  return [{ name: 'unet.conv_in.weight', shape: [length], data }];
}

function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}

function mustBeWhole(tensors: readonly FileTensor[], step: number): void {
  const [read] = tensors;
  const [written] = tensorsOf(step);
  const same =
    read?.data.length === written?.data.length && read?.data.every((n, i) => n === written?.data[i]);
  must(same === true, `torn: what is listed as step ${step} holds other numbers`);
}

/** Throws where something does not hold. `disk` is written to. */
export async function claim(
  { Store: Variant }: StoreModule,
  disk: CrashDisk,
  cutting: Cutting,
): Promise<void> {
  const store = new Variant(disk.directory(), null);
  must((await store.open()).ok, 'the store cannot be opened');
  const { runs } = await store.report();
  await nothingTorn(store, runs);
  foundAgain(runs, cutting);
  notesHold(runs, cutting);
  await newestFound(store, cutting);
  await savesOn(disk, store, runs, cutting, Variant);
}

async function nothingTorn(store: Store, runs: readonly RunReport[]): Promise<void> {
  for (const { slots } of runs) {
    for (const { record } of slots) {
      if (!record) continue;
      const loaded = await store.load(record);
      must(loaded.ok, `torn: ${record.name} is listed and cannot be loaded`);
      mustBeWhole(loaded.value.tensors, record.globalStep);
    }
  }
}

/** Whether the store promises that this checkpoint survives the cut. */
function isPromised({ cut, cutDisk, before: { sessionFrom } }: Cutting, path: string, now: number): boolean {
  const file = cutDisk.files.get(path);
  if (!file) return false;
  return cut === 'kill' || now - Math.max(file.born, sessionFrom) >= SETTLED_MS;
}

/** The two newest of each run, and the kept ones, are listed; what the user had deleted is not. */
function foundAgain(runs: readonly RunReport[], cutting: Cutting): void {
  const { before, after, under } = cutting;
  const listed = new Set(
    runs.flatMap(({ slots }) => slots.flatMap(({ record }) => record?.generation ?? [])),
  );
  for (const generation of before.deleted) must(!listed.has(generation), `deleted ${generation} is back`);
  for (const { runId, saves, kept } of before.runs.values()) {
    const [newest = 0, second = 0] = [...saves.keys()].sort((a, b) => b - a);
    for (const generation of new Set([newest, second, ...kept])) {
      const path = saves.get(generation)?.path ?? '';
      // The user has it deleted by the call under way, or that call is a save that makes it the third newest.
      const makesRoom = under && generation !== newest && !after.runs.get(runId)?.saves.has(generation);
      const goes = after.deleted.has(generation) || makesRoom;
      if (goes || !isPromised(cutting, path, performance.now())) continue;
      must(listed.has(generation), `lost: generation ${generation} of ${runId}, after ${cutting.cut}`);
    }
  }
}

function notesHold(runs: readonly RunReport[], { cut, before, after, cutDisk }: Cutting): void {
  for (const was of before.runs.values()) {
    const found = runs.find(({ runId }) => runId === was.runId);
    const will = after.runs.get(was.runId);
    // A run that is being deleted, and a note whose name is young.
    if (!found || !will || (cut !== 'kill' && !cutDisk.isOld(`runs/${was.runId}/note`))) continue;
    const text = ({ name, paused, closed, kept }: Pick<RunFacts, 'name' | 'paused' | 'closed' | 'kept'>) =>
      JSON.stringify([name, paused, closed, kept]);
    const now = text(found.note);
    must(now === text(was) || now === text(will), `a note is neither as before nor as after: ${now}`);
  }
}

/** What is loaded is the newest that was acknowledged, or the one under way. */
async function newestFound(store: Store, cutting: Cutting): Promise<void> {
  const { before, after } = cutting;
  const promised = [...before.runs.values()].flatMap(({ runId, closed, saves }) => {
    const will = after.runs.get(runId);
    if (closed || !will || will.closed) return [];
    const stays = [...saves].filter(([generation]) => !after.deleted.has(generation));
    return stays.filter(([, { path }]) => isPromised(cutting, path, performance.now())).map(([of]) => of);
  });
  const { loaded } = await store.recover([]);
  if (loaded) mustBeWhole(loaded.tensors, loaded.record.globalStep);
  const newest = Math.max(0, ...promised);
  must((loaded?.record.generation ?? 0) >= newest, `lost: the newest, generation ${newest}`);
}

/** A save goes on from here: with a generation of its own, and the next start finds it. */
async function savesOn(
  disk: CrashDisk,
  store: Store,
  runs: readonly RunReport[],
  { cut, before }: Cutting,
  Variant: typeof Store,
): Promise<void> {
  const run = runs.find(({ note }) => !note.closed);
  if (!run) return;
  const step = 900_001;
  const saved = await store.save({
    ...{ runId: run.runId, name: `unet_step_${step}`, globalStep: step, epoch: 0, created: '', meanLoss: 1 },
    ...{ autosave: false, tensors: tensorsOf(step), metadata: {}, keepNewest: 2, spreadEvery: null },
    capacityBytes: 4096,
  });
  must(saved.ok, 'the next save is refused');
  const { generation } = saved.value.record;
  const listed = runs.flatMap(({ slots }) => slots.flatMap(({ record }) => record?.generation ?? []));
  // What a power cut took with its name is not known any more; nor is anything of a store without any.
  const some = [...before.runs.values()].some(({ saves }) => saves.size > 0);
  const seen = cut === 'kill' && some ? before.highest : Math.max(0, ...listed);
  must(generation > seen, `generation ${generation} is given twice`);
  const again = new Variant(disk.directory(), null);
  must((await again.open()).ok, 'the store cannot be opened after the next save');
  const { loaded } = await again.recover([]);
  must(loaded?.record.generation === generation, 'the next save is not the newest at the start after it');
  mustBeWhole(loaded.tensors, step);
}
