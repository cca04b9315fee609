// Starts the trainer's worker. The only place that knows its address.
import { wrap, type Remote } from 'comlink';
import type { TrainerApi } from '../trainer/api.ts';

export type TrainerClient = Remote<TrainerApi>;

/**
 * Starts the trainer's worker. A call rejects only on a bug; a worker that cannot start reports to `onCrash`.
 * `stop` ends the worker at once, and with it the store's worker: pending calls are never answered, files are
 * released, a checkpoint that was being written is not valid.
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
