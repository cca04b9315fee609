// Claims: the view Pictures looks at the run's set, else at the form's, until another is chosen; it stays
// with a set that gets another id by a change; another question begins at its first answer.
import { beforeEach, expect, test } from 'vitest';
import { batch } from '@preact/signals';
import { createState, type State } from '../../../src/app/state.ts';
import type { DatasetInfo, RunSummary } from '../../../src/trainer/api.ts';
import {
  allOf,
  type Browsing,
  createBrowsing,
  filters,
  lookAt,
  lookFor,
  queryOf,
  seenSize,
} from '../../../src/ui/page-state/browsing.ts';

const info = (id: string, storedSize = 64): DatasetInfo => ({
  ...{ id, title: id, count: 9, storedSize, builtIn: false, captions: true, fingerprint: '', credit: '' },
});

let state: State;
let browsing: Browsing;

beforeEach(() => {
  state = createState();
  state.form.value = { ...state.form.value, dataset: 'planets', imageSize: 32 };
  browsing = createBrowsing(state);
});

test('no set until they are listed; then the form’s, or the run’s, or the one that is chosen', () => {
  expect(browsing.set.value).toBeNull();
  expect(queryOf(browsing)).toBeNull();
  state.datasets.value = [info('shapes'), info('planets'), info('own-1')];
  expect(queryOf(browsing)).toEqual(allOf('planets'));
  state.run.value = { dataset: { id: 'own-1' } } as RunSummary;
  expect(browsing.set.value?.id).toBe('own-1');
  lookAt(browsing, 'shapes');
  expect(browsing.set.value?.id).toBe('shapes');
  // The pictures of a run may be gone.
  browsing.chosen.value = null;
  state.run.value = { dataset: { id: 'own-9' } } as RunSummary;
  expect(browsing.set.value?.id).toBe('planets');
});

test('a chosen set that is changed stays chosen under its new id; a deleted one gives way to the form’s', () => {
  state.datasets.value = [info('planets'), info('own-1')];
  lookAt(browsing, 'own-1');
  state.browsed.value = {
    ...{ query: allOf('own-1'), found: null, doing: null, words: null, classes: null },
    ...{ bytes: null, changed: null, revision: 0 },
  };
  batch(() => {
    state.datasets.value = [info('planets'), info('own-2')];
    if (state.browsed.value) state.browsed.value = { ...state.browsed.value, query: allOf('own-2') };
  });
  expect(browsing.set.value?.id).toBe('own-2');
  state.datasets.value = [info('planets')];
  expect(browsing.set.value?.id).toBe('planets');
  expect(browsing.chosen.value).toBe('planets');
});

test('what is asked is read from its top; another set has other words and classes', () => {
  state.datasets.value = [info('planets'), info('own-1')];
  browsing.place.value = 50;
  browsing.ticked.value = new Set([3]);
  lookFor(browsing, { search: ' ring ', word: 'moon', only: 'enlarged' });
  expect(queryOf(browsing)).toEqual({ ...allOf('planets'), search: 'ring', word: 'moon', only: 'enlarged' });
  expect([browsing.place.value, browsing.turn.value, browsing.ticked.value.size]).toEqual([0, 1, 0]);
  lookFor(browsing, { order: 'blurred-first' });
  expect(queryOf(browsing)).toMatchObject({ word: 'moon', order: 'blurred-first' });
  lookAt(browsing, 'own-1');
  expect(queryOf(browsing)).toMatchObject({ dataset: 'own-1', search: 'ring', word: null, className: null });
});

test('an order leaves no picture out, everything else may', () => {
  expect(filters({ ...allOf('planets'), order: 'blurred-first' })).toBe(false);
  for (const one of [{ search: 'a' }, { word: 'a' }, { className: '' }, { only: 'removed' as const }])
    expect(filters({ ...allOf('planets'), ...one }), JSON.stringify(one)).toBe(true);
});

test('a model sees as many pixels as the run or the form say, never more than are stored', () => {
  expect(seenSize(state, info('planets'))).toBe(32);
  expect(seenSize(state, info('planets', 16))).toBe(16);
  const dataset = { id: 'planets' };
  state.run.value = { dataset, config: { ...state.form.value, imageSize: 64 } } as RunSummary;
  expect(seenSize(state, info('planets'))).toBe(64);
});

test('a run’s own set that is changed stays in view with its filters; another set has neither filters nor ticks', () => {
  state.datasets.value = [info('planets'), info('own-1')];
  state.run.value = { dataset: { id: 'own-1' } } as RunSummary;
  state.browsed.value = {
    ...{ query: allOf('own-1'), found: null, doing: null, words: null, classes: null },
    ...{ bytes: null, changed: null, revision: 0 },
  };
  lookFor(browsing, { word: 'moon' });
  batch(() => {
    state.datasets.value = [info('planets'), info('own-2')];
    if (state.browsed.value) state.browsed.value = { ...state.browsed.value, query: allOf('own-2') };
  });
  expect(queryOf(browsing)).toMatchObject({ dataset: 'own-2', word: 'moon' });
  browsing.ticked.value = new Set([3]);
  state.datasets.value = [info('planets')];
  expect(queryOf(browsing)).toEqual(allOf('planets'));
  expect(browsing.ticked.value.size).toBe(0);
});

test('ticks go with the groups that they were set in', () => {
  state.datasets.value = [info('planets')];
  const found = { groups: [Uint32Array.of(1, 3)], pictures: 2 };
  state.duplicates.value = { kind: 'exact', distance: 0, found, looking: false };
  browsing.ticked.value = new Set([3]);
  state.duplicates.value = { ...state.duplicates.value, looking: true };
  expect(browsing.ticked.value.size).toBe(1);
  state.duplicates.value = null;
  expect(browsing.ticked.value.size).toBe(0);
});
