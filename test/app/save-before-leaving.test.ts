// The page is left once the run is saved, and stays where the save failed: neither waits for anything else.
import { expect, test } from 'vitest';
import { saveBeforeLeaving } from '../../src/app/save-before-leaving.ts';
import { createState } from '../../src/app/state.ts';

const training = () => {
  const state = createState();
  state.runState.value = 'training';
  return state;
};

test('a run that trains is saved first: the answer is enough, no event need follow', async () => {
  expect(await saveBeforeLeaving(training(), () => Promise.resolve(true))).toBe(true);
});

test.each([false, null])('a save that failed keeps the page (%s)', async (answer) => {
  expect(await saveBeforeLeaving(training(), () => Promise.resolve(answer))).toBe(false);
});

test('a run that finished meanwhile has been saved', async () => {
  const state = training();
  const save = () => {
    state.runState.value = 'finished';
    return Promise.resolve(false);
  };
  expect(await saveBeforeLeaving(state, save)).toBe(true);
});

test('nothing is saved where nothing trains', async () => {
  expect(await saveBeforeLeaving(createState(), () => Promise.reject(new Error('asked')))).toBe(true);
});
