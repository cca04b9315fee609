// The runs of the store by name: a run's own name is in its note; a run that was made before runs had names
// is called after its pictures and its first day. Not here: what a name may be (settings/run-name.ts).
import type { RunReport } from '../checkpoint/api.ts';
import type { StoreClient } from '../checkpoint/store-client.ts';
import { cleanName, defaultName, forkName, uniqueName } from '../settings/run-name.ts';
import type { StoredRun } from './api.ts';
import type { FileFacts } from './checkpoint-file.ts';
import { must } from './trouble.ts';

type NamedStore = Pick<StoreClient, 'report' | 'metadataOf'>;

/** Every run of the store, the one with the newest checkpoint first; no two have the same name. */
export async function listRuns(store: NamedStore): Promise<StoredRun[]> {
  const { runs } = await store.report();
  const newestFirst = runs.toSorted((a, b) => newestOf(b).generation - newestOf(a).generation);
  const listed: StoredRun[] = [];
  for (const run of newestFirst) {
    const taken = listed.map(({ name }) => name);
    listed.push({
      runId: run.runId,
      name: uniqueName(cleanName(run.note.name) || (await usualName(store, run)), taken),
    });
  }
  return listed;
}

/** Generation and reference of the run's newest checkpoint; generation 0 without one. */
function newestOf({ slots }: RunReport): { generation: number; created: string } {
  const none = { generation: 0, created: '' };
  return slots.reduce<typeof none>((best, { record }) => {
    return record && record.generation > best.generation ? record : best;
  }, none);
}

/** The name of a run whose note has none. */
async function usualName(store: NamedStore, run: RunReport): Promise<string> {
  const { generation, created } = newestOf(run);
  const metadata = generation > 0 ? await store.metadataOf({ runId: run.runId, generation }) : null;
  return defaultName(metadata?.ok ? titleIn(metadata.value) : '', run.note.started || created);
}

/** Title of the data set in a checkpoint's metadata; empty where the metadata does not say. */
function titleIn(metadata: Readonly<Record<string, string>>): string {
  try {
    const { title } = JSON.parse(metadata['dataset'] ?? '{}') as { title?: unknown };
    return typeof title === 'string' ? title : '';
  } catch {
    return ''; // the name of a list is no reason to refuse a checkpoint
  }
}

/**
 * Names a run, durably: `wanted` as far as a name may have it, numbered where another run has that name; the
 * default where nothing is wanted. Throws FaultError kind `storage`.
 */
export async function nameRun(
  store: NamedStore & Pick<StoreClient, 'writeNote'>,
  runId: string,
  wanted: string,
): Promise<void> {
  const { runs } = await store.report();
  const run = runs.find((one) => one.runId === runId);
  const name = cleanName(wanted) || (run ? await usualName(store, run) : '');
  const others = (await listRuns(store)).filter((one) => one.runId !== runId);
  const taken = others.map((one) => one.name);
  must(await store.writeNote(runId, { name: uniqueName(name, taken) }));
}

/** The name of a run that begins with a checkpoint: of a run that is here, or of a file. */
export async function nameOfFork(store: NamedStore, facts: FileFacts, started: string): Promise<string> {
  const parent = (await listRuns(store)).find(({ runId }) => runId === facts.runId);
  // A model of another program has the name of its file where a run of ours has its id.
  const from = /^run-[0-9a-f]{8}$/.test(facts.runId) ? facts.name : facts.runId;
  return forkName(parent?.name ?? defaultName(facts.dataset.title, started), from);
}
