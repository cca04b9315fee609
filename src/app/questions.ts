// The texts of questions and faults that the page itself raises: before something that cannot be undone, for
// an evicted store, for a missing GPU. Not here: what an answer does (session.ts).
import type { Fault } from '../fault.ts';
import type { Machine } from '../trainer/api.ts';
import type { Question } from './state.ts';

/** Before the current run ends. */
export const newRunQuestion = (onConfirm: () => void): Question => ({
  title: 'Start a new run?',
  text: 'The current run is saved and ends. You can go on from any of its checkpoints later.',
  confirm: 'Start new run',
  danger: false,
  onConfirm,
});

/** Before a checkpoint is deleted. `name`: of the checkpoint. */
export const deleteQuestion = (name: string, onConfirm: () => void): Question => ({
  title: `Delete ${name}?`,
  text: 'A deleted checkpoint cannot be brought back. Export it first if you may need it.',
  confirm: 'Delete checkpoint',
  danger: true,
  onConfirm,
});

/** Before an imported data set is deleted. `title`: of the data set. */
export const deletePicturesQuestion = (title: string, onConfirm: () => void): Question => ({
  title: `Delete ${title}?`,
  text: 'Perennial forgets its copy; your files are not touched. Runs that learn from these pictures cannot go on until you import them again.',
  confirm: 'Delete pictures',
  danger: true,
  onConfirm,
});

/** The browser deleted the store between two visits. */
export function evicted(): Fault {
  return {
    kind: 'storage',
    title: 'The browser has deleted the checkpoints',
    what: 'Runs that were stored here are gone: the browser removed them, to make room or because site data was cleared.',
    expected: 'the checkpoints of an earlier run',
    got: 'an empty store',
    todo: [
      'Import a checkpoint file if you exported one.',
      'Or start a new run: Train asks the browser to keep the storage.',
    ],
  };
}

/** `why` WebGPU is not used, with the backend that trains instead. */
export const fallenBack = (why: Fault, backend: Machine['backend']): Fault => ({
  ...why,
  what: `${why.what} Until then Perennial trains on ${backend}, which is slow.`,
});

/** Export was asked for with no checkpoint in the list. */
export function nothingToExport(): Fault {
  return {
    kind: 'storage',
    title: 'There is no checkpoint to export yet',
    what: 'The store holds no checkpoint.',
    expected: 'at least one checkpoint',
    got: 'none',
    todo: ['Press Save checkpoint first.'],
  };
}
