// The sets that the view Pictures looks through in the gallery: one of 200,000 pictures, one of 60, a
// built-in one. Not here: what answers (fake-set.ts), other states (gallery-state.ts).
import { BrowsedSet } from '../../src/app/browsed-set.ts';
import type { Commands } from '../../src/app/commands.ts';
import type { State } from '../../src/app/state.ts';
import type { DatasetInfo } from '../../src/trainer/api.ts';
import type { Result } from '../../src/fault.ts';
import { type FakeSet, FakeTrainer } from './fake-set.ts';
import { planet } from './gallery-pictures.ts';
import { PROMPTS } from './gallery-words.ts';

const own = { storedSize: 64, builtIn: false, captions: true, fingerprint: 'f', credit: '' };

export const MANY: DatasetInfo = { ...own, id: 'own-many', title: 'img_align_celeba', count: 200_000 };
export const FEW: DatasetInfo = { ...own, id: 'own-few', title: 'my cats', count: 60 };

/** Drawn once each: 200,000 pictures are 96 in turn. */
const drawn = new Map<string, Uint8ClampedArray>();

function draw(index: number, edge: number): Uint8ClampedArray {
  const key = `${index % 96} ${edge}`;
  const picture = drawn.get(key) ?? planet(index % 96, edge);
  drawn.set(key, picture);
  return picture;
}

/** Pairs of pictures that look alike, and at the beginning three. */
const GROUPS = [[3, 99, 195], ...Array.from({ length: 50 }, (_, i) => [i + 10, i + 106])];

const fakeSet = (info: DatasetInfo, classOf: FakeSet['classOf'], groups: number[][]): FakeSet => ({
  ...{ info, captions: PROMPTS, classOf, draw, groups },
});

const KINDS = ['ringed', 'smooth', 'banded', 'cratered', 'a class with a long name of several words'];

/** Commands of the view over made-up sets. Their trainer is global, for tests. */
export function browsedCommands(state: State) {
  const sets = [
    fakeSet(MANY, (index) => KINDS[Math.floor(Math.sqrt(index % 25))] ?? '', GROUPS),
    fakeSet(FEW, (index) => (index < 56 ? 'cat' : 'dog'), [[3, 40]]),
    ...state.datasets.value
      .filter(({ id }) => id !== MANY.id && id !== FEW.id)
      .map((info) => fakeSet(info, () => '', [])),
  ];
  const trainer = new FakeTrainer(sets, 5);
  Object.assign(globalThis, { galleryTrainer: trainer });
  const browsed = new BrowsedSet(state, () => undefined);
  const done = async (work: Promise<Result<unknown>>): Promise<void> => void (await work);
  const known = async <T>(work: Promise<Result<T>>): Promise<T | null> => {
    const result = await work;
    return result.ok ? result.value : null;
  };
  return {
    browse: (query) => void browsed.look(trainer, query),
    tiles: (...of) => known(browsed.tiles(trainer, ...of)),
    notes: (...of) => known(browsed.notes(trainer, ...of)),
    affected: (edit) => known(browsed.affected(trainer, edit)),
    editCaptions: (...of) => done(browsed.edit(trainer, ...of)),
    cutSquare: async (...of) => (await known(browsed.cut(trainer, ...of))) ?? false,
    original: (dataset, index, files) => known(browsed.original(trainer, { dataset, index, files })),
    removePictures: (indices) => done(browsed.remove(trainer, indices)),
    restorePictures: (indices) => done(browsed.restore(trainer, indices)),
    undoChange: () => done(browsed.undo(trainer)),
    findDuplicates: (likeness) => void browsed.findDuplicates(trainer, likeness),
    dismissDuplicates: () => (state.duplicates.value = null),
    exportCaptions: () => Promise.resolve(),
    stopComparing: () => void trainer.stopComparing(),
    nearest: (dataset, sample) => known(browsed.nearest(trainer, { dataset, ...sample, count: 3 })),
  } satisfies Partial<Commands>;
}
