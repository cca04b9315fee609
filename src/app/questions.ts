// The texts of questions and faults that the page itself raises: before something that cannot be undone, for
// an evicted store, a missing GPU, missing pictures, a set that would be empty. Not here: what an answer does
// (session.ts).
import type { Fault } from '../fault.ts';
import type { Machine, StoppedImport } from '../trainer/api.ts';
import type { Question } from './state.ts';

/** Before the current run ends. */
export const newRunQuestion = (onConfirm: () => void): Question => ({
  title: 'Start a new run?',
  text: 'The current run is saved and ends. You can go on from any of its checkpoints later.',
  confirm: 'Start new run',
  danger: false,
  onConfirm,
});

/** Before a checkpoint is deleted. `name`: of the checkpoint. `run`: the name of its run. */
export const deleteQuestion = (name: string, run: string, onConfirm: () => void): Question => ({
  title: `Delete ${name}?`,
  text: `It is a checkpoint of the run ${isolated(run)}. A deleted checkpoint cannot be brought back: export it first if you may need it.`,
  confirm: 'Delete checkpoint',
  danger: true,
  onConfirm,
});

/**
 * Before a run is deleted. `kept`: names of its checkpoints that are kept by hand. `current`: it is the run
 * on the page.
 */
export function deleteRunQuestion(
  run: { name: string; checkpoints: number; kept: readonly string[]; current: boolean },
  onConfirm: () => void,
): Question {
  const { name, checkpoints, kept, current } = run;
  const all = `${checkpoints} ${checkpoints === 1 ? 'checkpoint' : 'checkpoints'}`;
  const sentences = [
    ...(current ? ['It stops first, and is not saved.'] : []),
    `Its ${all} and its samples are deleted.`,
    ...(kept.length > 0 ? [`Kept by hand, and deleted too: ${kept.join(', ')}.`] : []),
    'A deleted run cannot be brought back: export what you may need.',
  ];
  return {
    title: `Delete the run ${isolated(name)}?`,
    text: sentences.join(' '),
    confirm: 'Delete run',
    danger: true,
    onConfirm,
  };
}

/** Names that a question lists; of more it says how many. */
const MOST_NAMED = 6;

/** Before a run's step checkpoints are deleted. `run`: its name. `names`: of those that go. */
export function freeStepsQuestion(run: string, names: readonly string[], onConfirm: () => void): Question {
  const more = names.length - MOST_NAMED;
  const listed = [...names.slice(0, MOST_NAMED), ...(more > 0 ? [`${more} more`] : [])].join(', ');
  return {
    title: `Free the step checkpoints of ${isolated(run)}?`,
    text: `Deleted for good: ${listed}. The newest checkpoint, those of epochs and what you keep stay.`,
    confirm: 'Free step checkpoints',
    danger: true,
    onConfirm,
  };
}

/** A name in a sentence: one that is written from right to left leaves the words around it in place. */
const isolated = (name: string): string => `\u2068${name}\u2069`;

/** Before an imported data set is deleted. `title`: of the data set. */
export const deletePicturesQuestion = (title: string, onConfirm: () => void): Question => ({
  title: `Delete ${title}?`,
  text: 'Perennial forgets its copy; your files are not touched. Runs that learn from these pictures cannot go on until you import them again.',
  confirm: 'Delete pictures',
  danger: true,
  onConfirm,
});

/** Before what a stopped import has stored is removed. */
export const removeStoppedQuestion = (
  { title, stored }: Pick<StoppedImport, 'title' | 'stored'>,
  onConfirm: () => void,
): Question => ({
  title: `Remove the stopped import of ${isolated(title)}?`,
  text: `Perennial forgets the ${stored} pictures that it has stored; your files are not touched.`,
  confirm: 'Remove',
  danger: true,
  onConfirm,
});

/** Use here was pressed, and the tab that has the run could not save it. */
export const keptElsewhere = (): Fault => ({
  kind: 'tab',
  title: 'The other tab keeps the run',
  what: 'The other tab could not save the run, so it goes on there. Nothing was lost.',
  expected: 'a save in the other tab',
  got: 'none',
  todo: ['Look at the other tab: it says why. Close it to go on here from the last save.'],
});

/** A set without a picture would be none. */
export const keepsOne = (): Fault => ({
  kind: 'data',
  title: 'A set keeps at least one picture',
  what: 'Nothing was removed: no picture would be left.',
  expected: 'at least one picture that stays',
  got: 'all of them',
  todo: ['Delete the set, if you do not need it any more.'],
});

/** Pictures were brought while others are imported. */
export const importUnderWay = (title: string): Fault => ({
  kind: 'data',
  title: 'Other pictures are being imported',
  what: `Nothing was made of ${isolated(title)}, and the import under way goes on.`,
  expected: 'one import at a time',
  got: 'a second one',
  todo: ['Wait until it has ended, or press Stop: it can go on later.', 'Then bring these pictures again.'],
});

/** The address names a set of pictures that is not in this browser. `sets`: ids of those that are. */
export const noSuchSet = (dataset: string, sets: readonly string[]): Fault => ({
  kind: 'setting',
  title: `There are no pictures called ${dataset}`,
  what: 'The address names a set of pictures that is not in this browser. Train waits until you choose another.',
  expected: `one of ${sets.join(', ')}`,
  got: dataset,
  todo: [
    'Choose other pictures.',
    'Or import the pictures it was made of: the same pictures get the same name in every browser.',
  ],
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
