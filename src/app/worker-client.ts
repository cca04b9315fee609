// Starts the trainer's worker. The only place that knows its address.
import { wrap, type Remote } from 'comlink';
import type { TrainerApi } from '../trainer/api.ts';

export type TrainerClient = Remote<TrainerApi>;

/**
 * Rejects calls only on bugs; a worker that cannot even start reports through `onCrash`. `stop` ends it at once, and with it
 * the store's worker that it started: calls under way are never answered, files are let go, what was being written is nothing.
 */
export function startTrainer(onCrash: (message: string) => void): {
  trainer: TrainerClient;
  stop: () => void;
} {
  const worker = new Worker(new URL('../trainer/worker.ts', import.meta.url), {
    type: 'module',
    name: 'trainer',
  });
  worker.addEventListener('error', (event) => onCrash(event.message || 'the worker could not be loaded'));
  return { trainer: wrap<TrainerApi>(worker), stop: () => worker.terminate() };
}
