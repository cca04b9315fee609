// Claims: the newest question is the one that is answered; a change is made once, in its order, and can be
// undone; a set that gets another id by a change is followed. Against the gallery's trainer in memory.
import { beforeEach, expect, test } from 'vitest';
import { BrowsedSet } from '../../src/app/browsed-set.ts';
import { createState, type State } from '../../src/app/state.ts';
import type { DatasetInfo } from '../../src/trainer/api.ts';
import { FakeTrainer } from '../ui/fake-set.ts';
import { allOf } from '../../src/ui/page-state/browsing.ts';

const info: DatasetInfo = {
  ...{ id: 'own-1', title: 'garden', count: 12, storedSize: 8, builtIn: false, captions: true },
  ...{ fingerprint: '', credit: '' },
};
const CAPTIONS = ['a red rose', 'a blue rose', 'a red house', ''];

let state: State;
let trainer: FakeTrainer;
let browsed: BrowsedSet;
let became: [string, string][];
const all = Uint32Array.from({ length: 12 }, (_, i) => i);
const set = {
  ...{ info, captions: CAPTIONS, groups: [[0, 4]], classOf: () => '' },
  draw: (_: number, edge: number) => new Uint8ClampedArray(4 * edge * edge),
};

beforeEach(() => {
  state = createState();
  state.datasets.value = [info];
  trainer = new FakeTrainer([set], null);
  became = [];
  browsed = new BrowsedSet(state, (before, now) => became.push([before, now.id]));
});

const found = (): number[] => [...(state.browsed.value?.found?.indices ?? [])];
const query = allOf('own-1');

test('found pictures, words, classes and size come one after another; the same question is asked once', async () => {
  const looking = browsed.look(trainer, query);
  expect(state.browsed.value).toMatchObject({ doing: 'looking', found: null });
  await looking;
  expect(found()).toEqual([...all]);
  expect(state.browsed.value?.words?.[0]).toEqual({ word: 'a', times: 9 });
  expect(state.browsed.value?.bytes).toBeGreaterThan(0);
  const { requests } = trainer.counts;
  await browsed.look(trainer, { ...query });
  expect(trainer.counts.requests).toBe(requests);
});

test('while somebody types, the last question counts, whichever answer comes last', async () => {
  const slow = browsed.look(trainer, { ...query, search: 'r' });
  const next = browsed.look(trainer, { ...query, search: 'house' });
  await Promise.all([slow, next]);
  expect(found()).toEqual([2, 6, 10]);
  expect(state.browsed.value?.query.search).toBe('house');
});

test('what cannot be read is a fault, and may be asked for again', async () => {
  const refuse = { ok: false as const, fault: { kind: 'data' } as never };
  const broken = Object.assign(new FakeTrainer([set], null), { findInSet: () => Promise.resolve(refuse) });
  expect(await browsed.look(broken, query)).toEqual(refuse);
  expect(state.browsed.value).toMatchObject({ found: null, doing: null });
  await browsed.look(trainer, query);
  expect(found()).toHaveLength(12);
});

test('how many pictures an edit changes is known before, and is how many it changes', async () => {
  await browsed.look(trainer, { ...query, search: 'rose' });
  for (const [edit, changes] of [
    [{ kind: 'add-word', word: 'red' }, 3],
    [{ kind: 'remove-word', word: 'blue' }, 3],
    [{ kind: 'replace-word', word: 'rose', by: 'tulip' }, 6],
    [{ kind: 'replace-word', word: 'house', by: 'hut' }, 0],
    [{ kind: 'prefix', text: 'photo of' }, 6],
  ] as const) {
    expect(await browsed.affected(trainer, edit)).toEqual({ ok: true, value: changes });
    const indices = Uint32Array.from(found());
    await browsed.edit(trainer, indices, edit);
    const said = state.browsed.value?.changed?.said;
    if (changes > 0) expect(said).toBe(`${changes} captions changed.`);
    if (changes > 0) await browsed.undo(trainer);
  }
});

test('edits and removals are undone one after another, the last first', async () => {
  await browsed.look(trainer, query);
  await browsed.edit(trainer, Uint32Array.of(3), { kind: 'set', caption: 'a fence' });
  await browsed.remove(trainer, Uint32Array.of(0, 1));
  expect(state.browsed.value?.changed).toEqual({
    said: '2 pictures removed.',
    undoable: ['1 caption changed.', '2 pictures removed.'],
  });
  await browsed.look(trainer, query);
  expect(found()).not.toContain(1);
  await browsed.undo(trainer);
  expect(state.browsed.value?.changed).toEqual({
    said: 'Undone: 2 pictures removed.',
    undoable: ['1 caption changed.'],
  });
  await browsed.undo(trainer);
  expect(state.browsed.value?.changed).toEqual({ said: 'Undone: 1 caption changed.', undoable: [] });
  await browsed.look(trainer, query);
  expect(found()).toEqual([...all]);
  const notes = await trainer.notesOf({ dataset: 'own-1', indices: all });
  expect(notes.ok && notes.value[3]).toMatchObject({ caption: '', removed: false });
});

test('a set keeps a picture: the last ones are not removed, and the page says so', async () => {
  await browsed.look(trainer, query);
  expect(await browsed.remove(trainer, all)).toMatchObject({ ok: false, fault: { kind: 'data' } });
  expect(state.browsed.value).toMatchObject({ changed: null, doing: null });
});

test('changes that come before the one before is made wait for it, also when it changes the id of the set', async () => {
  await browsed.look(trainer, query);
  const asked: string[] = [];
  const renaming = Object.assign(new FakeTrainer([set], null), {
    editCaptions: ({ dataset }: { dataset: string }) => {
      asked.push(dataset);
      const next = { ...info, id: dataset === 'own-1' ? 'own-2' : 'own-3' };
      return Promise.resolve({ ok: true as const, value: { info: next, changed: 1, canUndo: true } });
    },
  });
  const edit = { kind: 'set', caption: 'x' } as const;
  await Promise.all([
    browsed.edit(renaming, Uint32Array.of(0), edit),
    browsed.edit(renaming, Uint32Array.of(1), edit),
  ]);
  expect(asked).toEqual(['own-1', 'own-2']);
  expect(became).toEqual([
    ['own-1', 'own-2'],
    ['own-2', 'own-3'],
  ]);
  expect(state.datasets.value.map(({ id }) => id)).toEqual(['own-3']);
  expect(state.browsed.value?.query.dataset).toBe('own-3');
});

test('duplicates are asked for again when one of them is gone, and leave with another question', async () => {
  await browsed.look(trainer, query);
  await browsed.findDuplicates(trainer, { kind: 'near', distance: 4 });
  expect(state.duplicates.value).toMatchObject({ looking: false, found: { pictures: 2 } });
  await browsed.remove(trainer, Uint32Array.of(4));
  expect(state.duplicates.value).toMatchObject({ looking: false, found: { pictures: 0 } });
  await browsed.look(trainer, query);
  expect(state.duplicates.value).not.toBeNull();
  await browsed.look(trainer, { ...query, search: 'rose' });
  expect(state.duplicates.value).toBeNull();
});

test('a trainer that ended leaves nothing behind: the next one is asked anew, and nothing is undone', async () => {
  await browsed.look(trainer, query);
  await browsed.remove(trainer, Uint32Array.of(1));
  const never = new Promise<never>(() => undefined);
  const gone = Object.assign(new FakeTrainer([set], null), { removeFromSet: () => never });
  void browsed.remove(gone, Uint32Array.of(2));
  browsed.forget();
  expect([state.browsed.value, state.duplicates.value]).toEqual([null, null]);
  await browsed.look(trainer, query);
  expect(state.browsed.value).toMatchObject({ doing: null, changed: null });
  await browsed.restore(trainer, Uint32Array.of(1));
  expect(state.browsed.value?.changed?.undoable).toEqual(['1 picture restored.']);
});

test('captions that cannot be brought back are said to be so, and not offered again', async () => {
  await browsed.look(trainer, query);
  const edit = { kind: 'set', caption: 'x' } as const;
  for (const one of [0, 1]) await browsed.edit(trainer, Uint32Array.of(one), edit);
  const emptied = Object.assign(new FakeTrainer([set], null), {
    undoEdit: () => Promise.resolve({ ok: true as const, value: { info, changed: 0, canUndo: false } }),
  });
  await browsed.undo(emptied);
  expect(state.browsed.value?.changed).toEqual({
    ...{ said: 'Cannot be undone: 1 caption changed.', undoable: [] },
  });
});

const failing = { ok: false as const, fault: { kind: 'storage' } as never };

test('Undo that fails may be pressed again, and removals before it stay undoable', async () => {
  await browsed.look(trainer, query);
  await browsed.remove(trainer, Uint32Array.of(1));
  await browsed.edit(trainer, Uint32Array.of(0), { kind: 'set', caption: 'x' });
  const { undoEdit, restoreToSet } = trainer;
  trainer.undoEdit = () => Promise.resolve(failing);
  trainer.restoreToSet = () => Promise.resolve(failing);
  const said = ['1 picture removed.', '1 caption changed.'];
  expect(await browsed.undo(trainer)).toEqual(failing);
  await browsed.look(trainer, { ...query, search: 'r' });
  expect(state.browsed.value?.changed?.undoable).toEqual(said);
  trainer.undoEdit = undoEdit;
  await browsed.undo(trainer);
  expect(await browsed.undo(trainer)).toEqual(failing);
  expect(state.browsed.value?.changed?.undoable).toEqual(said.slice(0, 1));
  trainer.restoreToSet = restoreToSet;
  await browsed.undo(trainer);
  expect(state.browsed.value?.changed).toEqual({ said: 'Undone: 1 picture removed.', undoable: [] });
});

test('where the store keeps fewer edits than the page, removals stay undoable', async () => {
  await browsed.look(trainer, query);
  await browsed.edit(trainer, Uint32Array.of(0, 1), { kind: 'set', caption: 'x' });
  await browsed.remove(trainer, Uint32Array.of(3));
  await browsed.edit(trainer, Uint32Array.of(2), { kind: 'set', caption: 'y' });
  const { findInSet } = trainer;
  trainer.findInSet = async (asked) => {
    const found = await findInSet(asked);
    return found.ok
      ? { ok: true, value: { ...found.value, undoable: found.value.undoable.slice(1) } }
      : found;
  };
  await browsed.look(trainer, query);
  expect(state.browsed.value?.changed).toEqual({
    said: 'Earlier: 1 caption changed.',
    undoable: ['1 picture removed.', '1 caption changed.'],
  });
});

test('what was looked for before a change and is answered after it says nothing of Undo', async () => {
  await browsed.look(trainer, query);
  let answered = (): void => undefined;
  const { findInSet } = trainer;
  trainer.findInSet = async (asked) => {
    const found = await findInSet(asked);
    await new Promise<void>((resolve) => (answered = resolve));
    return found;
  };
  const looking = browsed.look(trainer, { ...query, search: 'r' });
  await browsed.edit(trainer, Uint32Array.of(0), { kind: 'set', caption: 'x' });
  answered();
  await looking;
  expect(state.browsed.value?.changed).toEqual({
    ...{ said: '1 caption changed.', undoable: ['1 caption changed.'] },
  });
});

test('an answer that comes while a change is on its way is offered when that one comes to nothing', async () => {
  await browsed.look(trainer, query);
  await browsed.edit(trainer, Uint32Array.of(0), { kind: 'set', caption: 'x' });
  browsed.forget();
  let end = (): void => undefined;
  trainer.editCaptions = () => new Promise((resolve) => (end = () => resolve(failing)));
  const looking = browsed.look(trainer, query);
  const editing = browsed.edit(trainer, Uint32Array.of(1), { kind: 'set', caption: 'y' });
  await looking;
  expect(state.browsed.value?.changed).toBeNull();
  end();
  await editing;
  expect(state.browsed.value?.changed?.undoable).toEqual(['1 caption changed.']);
});

const other = { ...info, id: 'own-b', title: 'cats' };
const two = () => new FakeTrainer([set, { ...set, info: other }], null);

test('a change that ends after another set was chosen is neither said nor undone there', async () => {
  const both = two();
  state.datasets.value = [info, other];
  await browsed.look(both, query);
  let go: () => void = () => undefined;
  both.held = new Promise((resolve) => (go = resolve));
  const removing = browsed.remove(both, Uint32Array.of(1));
  const looking = browsed.look(both, allOf('own-b'));
  go();
  await Promise.all([removing, looking]);
  expect(state.browsed.value).toMatchObject({ changed: null, doing: null, query: { dataset: 'own-b' } });
  // What is undone here is nothing of the other set.
  await browsed.undo(both);
  const removed = await both.findInSet({ ...query, only: 'removed' });
  expect(removed.ok && [...removed.value.indices]).toEqual([1]);
});

test('Undo that waits for a change takes back what it was pressed for, whatever set is shown by then', async () => {
  const both = two();
  state.datasets.value = [info, other];
  await browsed.look(both, query);
  await browsed.remove(both, Uint32Array.of(1));
  const undoing = browsed.undo(both);
  await browsed.look(both, allOf('own-b'));
  await browsed.remove(both, Uint32Array.of(2));
  await undoing;
  expect(state.browsed.value?.changed?.undoable).toEqual(['1 picture removed.']);
  const removed = (dataset: string) => both.findInSet({ ...allOf(dataset), only: 'removed' });
  expect(await removed('own-1')).toMatchObject({ value: { indices: new Uint32Array() } });
  expect(await removed('own-b')).toMatchObject({ value: { indices: Uint32Array.of(2) } });
});

test('a set that is listed again under an id that another had before is the one that is changed', async () => {
  await browsed.look(trainer, query);
  const asked: string[] = [];
  const renaming = Object.assign(new FakeTrainer([set], null), {
    removeFromSet: ({ dataset }: { dataset: string }) => {
      asked.push(dataset);
      return Promise.resolve({ ok: true as const, value: { ...info, id: 'own-2' } });
    },
  });
  await browsed.remove(renaming, Uint32Array.of(0));
  // The same files were imported again: both sets are there.
  state.datasets.value = [...state.datasets.value, info];
  await browsed.look(trainer, query);
  await browsed.remove(renaming, Uint32Array.of(0));
  expect(asked).toEqual(['own-1', 'own-1']);
});

test('a set that was imported again with other words is asked anew, its pictures and notes too', async () => {
  await browsed.look(trainer, query);
  await browsed.remove(trainer, Uint32Array.of(1));
  await browsed.look(trainer, query);
  const { requests } = trainer.counts;
  await browsed.look(trainer, query);
  expect(trainer.counts.requests).toBe(requests);
  const revision = state.browsed.value?.revision ?? 0;
  state.datasets.value = [{ ...info, words: 'others' }];
  await browsed.look(trainer, query);
  expect(trainer.counts.requests).toBe(requests + 4);
  expect(state.browsed.value?.revision).toBeGreaterThan(revision);
  expect(state.browsed.value?.changed).toBeNull();
});

test('after a reload the captions that were changed last can be taken back, one change after another', async () => {
  await browsed.look(trainer, query);
  await browsed.edit(trainer, Uint32Array.of(0, 1), { kind: 'set', caption: 'x' });
  await browsed.edit(trainer, Uint32Array.of(2), { kind: 'set', caption: 'y' });
  browsed.forget();
  await browsed.look(trainer, query);
  expect(state.browsed.value?.changed).toEqual({
    said: 'Earlier: 1 caption changed.',
    undoable: ['2 captions changed.', '1 caption changed.'],
  });
  await browsed.undo(trainer);
  await browsed.look(trainer, query);
  expect(state.browsed.value?.changed).toEqual({
    said: 'Undone: 1 caption changed.',
    undoable: ['2 captions changed.'],
  });
  await browsed.undo(trainer);
  const notes = await trainer.notesOf({ dataset: 'own-1', indices: Uint32Array.of(0, 2) });
  expect(notes.ok && notes.value.map(({ caption }) => caption)).toEqual(['a red rose', 'a red house']);
});

test('a file that is not at hand is told from a fault, and a square that was not saved from one that was', async () => {
  await browsed.look(trainer, query);
  const asked = { dataset: 'own-1', index: 3, files: null };
  expect(await browsed.original(trainer, asked)).toEqual({ ok: true, value: 'absent' });
  const square = { left: 1, top: 0, edge: 8 };
  expect(await browsed.cut(trainer, 3, square)).toEqual({ ok: true, value: true });
  const refused = { ok: false as const, fault: { kind: 'storage' } as never };
  const refuse = () => Promise.resolve(refused);
  const broken = Object.assign(new FakeTrainer([set], null), { originalOf: refuse, cutSquare: refuse });
  expect(await browsed.original(broken, asked)).toEqual(refused);
  expect(await browsed.cut(broken, 3, square)).toEqual(refused);
});
