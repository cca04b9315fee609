// The questions the page asks before something that cannot be undone, and what it says of a store that is gone and a GPU
// that is not there. Words only. Not here: what the answer does (session.ts).
import type { Fault } from '../fault.ts';
import type { Machine } from '../trainer/api.ts';
import type { Question } from './state.ts';

export const newRunQuestion = (onConfirm: () => void): Question => ({
  title: 'Start over?',
  text: 'The current run ends here. Its checkpoints stay until you delete them, and any of them can be resumed.',
  confirm: 'Start over',
  danger: false,
  onConfirm,
});

export const deleteQuestion = (name: string, onConfirm: () => void): Question => ({
  title: `Delete ${name}?`,
  text: 'It cannot be brought back. Export it first if you may need it.',
  confirm: 'Delete checkpoint',
  danger: true,
  onConfirm,
});

export const deletePicturesQuestion = (title: string, onConfirm: () => void): Question => ({
  title: `Delete ${title}?`,
  text: 'Perennial forgets its copy; your files are not touched. Runs that learn from these pictures cannot go on until you import them again.',
  confirm: 'Delete pictures',
  danger: true,
  onConfirm,
});

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

/** Why it is not WebGPU, and that it trains all the same. */
export const fallenBack = (why: Fault, backend: Machine['backend']): Fault => ({
  ...why,
  what: `${why.what} Until then Perennial trains on ${backend}, which is slow.`,
});

export function nothingToExport(): Fault {
  return {
    kind: 'storage',
    title: 'There is no checkpoint to export yet',
    what: 'The store holds none.',
    expected: 'at least one checkpoint',
    got: 'none',
    todo: ['Press Save checkpoint first.'],
  };
}
