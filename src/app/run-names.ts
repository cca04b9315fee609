// The name of a run where only its id is at hand; the run that was trained last. Not here: making names
// (trainer/run-names.ts).
import { recall } from '../checkpoint/index-db.ts';
import type { StoredRun } from '../trainer/api.ts';
import type { State } from './state.ts';

/** A run that the list does not name yet is told by a part of its id. */
export const runName = (runs: readonly StoredRun[], runId: string): string =>
  runs.find((run) => run.runId === runId)?.name ?? `Run ${runId.replace(/^run-/, '').slice(0, 8)}`;

export interface LastRun {
  runId: string;
  /** Of its newest checkpoint. */
  step: number;
  /** It has made its last step. */
  finished: boolean;
  /** To go on with it is offered before a new run. */
  comesFirst: boolean;
}

/** The run that was trained last, for a page that waits; null while a run is on the page, or without one. */
export function lastRun(state: State): LastRun | null {
  const [newest] = state.checkpoints.value;
  if (state.runState.value !== 'idle' || state.run.value || !newest) return null;
  const { runId, globalStep: step, name } = newest;
  const finished = name === 'unet_final';
  return { runId, step, finished, comesFirst: !finished && !state.wantsNewRun.value };
}

/** The runs as the trainer last told the index; empty where the index does not have them. */
export async function rememberedRuns(): Promise<StoredRun[]> {
  const known = await recall('runs').catch(() => null);
  return Array.isArray(known) ? known.filter(isStoredRun) : [];
}

const isStoredRun = (value: unknown): value is StoredRun => {
  const { runId, name } = (value ?? {}) as Partial<Record<keyof StoredRun, unknown>>;
  return typeof runId === 'string' && typeof name === 'string';
};
