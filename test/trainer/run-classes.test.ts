// Claims about the classes of a run: pictures without classes, or of more than the network has, are refused;
// numbers are given once and kept by checkpoints; a step learns each picture with the number of its class.
import { describe, expect, it } from 'vitest';
import { openPictures } from '../../src/data/sets.ts';
import { pictureOrder } from '../../src/data/batches.ts';
import { SHAPES, shapeKind } from '../../src/data/shapes.ts';
import { noiseLevels } from '../../src/diffusion/noise-levels.ts';
import { presetConfig, PRESETS } from '../../src/settings/presets.ts';
import type { RunConfig } from '../../src/settings/settings.ts';
import { classesAsText, newClasses, otherClasses, readClasses } from '../../src/trainer/run-classes.ts';
import { trainingStep } from '../../src/trainer/training-step.ts';

const ofClasses = (count: number): RunConfig => ({
  ...presetConfig('tiny'),
  ...{ dataset: 'shapes', imageSize: 8 },
  network: { ...PRESETS.tiny.network, classEmbedding: { type: 'table', count } },
});
const setOf = (names: readonly string[]) => ({
  info: { ...SHAPES, title: 'Mine' },
  count: names.length,
  className: (index: number) => names[index] ?? '',
});

describe('the classes of a run', () => {
  it('are none where the network draws by none', () => {
    expect(newClasses(presetConfig('tiny'), setOf(['', '']))).toBeNull();
    expect(readClasses(presetConfig('tiny'), {})).toBeNull();
    expect(otherClasses(setOf(['']), null)).toBeNull();
  });

  it('are numbered by their names; those that are known keep their numbers', () => {
    const set = setOf(['dog', 'cat', 'dog', 'ant']);
    expect(newClasses(ofClasses(3), set)).toEqual(['ant', 'cat', 'dog']);
    expect(newClasses(ofClasses(4), set, ['dog', 'elk'])).toEqual(['dog', 'elk', 'ant', 'cat']);
  });

  it('come back from a checkpoint', () => {
    const classes = ['"a", b', 'größer', '日本'];
    expect(readClasses(ofClasses(3), { ...classesAsText(classes) })).toEqual(classes);
  });
});

describe('refused', () => {
  it.each([
    [['cat', '', 'cat'], /^1 of the pictures Mine have no classes/],
    [['', ''], /^The pictures Mine have no classes/],
    [['cat', 'dog', 'elk'], /^Mine has more classes than the network/],
  ])('before training: pictures of %j, by a network of 2 classes', (names, message) => {
    expect(() => newClasses(ofClasses(2), setOf(names))).toThrow(message);
  });

  it('for a run that began with others, which names one and all that it has', () => {
    const fault = otherClasses(setOf(['cat', 'emu']), ['cat', 'dog']);
    expect(fault).toMatchObject({ kind: 'data', got: 'emu', expected: 'one of 2 classes: cat, dog' });
    expect(otherClasses(setOf(['dog']), ['cat', 'dog'])).toBeNull();
  });

  it.each([undefined, '{}', '[]', '["a","a"]', '["a",""]', '["a",1]', '["a","b","c"]', '["a"'])(
    'in a checkpoint of a network of 2 classes: %s',
    (text) => {
      const metadata: Record<string, string> = text === undefined ? {} : { classes: text };
      expect(() => readClasses(ofClasses(2), metadata)).toThrow(/^This checkpoint is damaged/);
    },
  );
});

it('a step learns each picture with the number of its class', async () => {
  const config = ofClasses(5);
  const set = await openPictures('shapes', config);
  const classes = newClasses(config, set);
  expect(classes).toEqual(['circle', 'diamond', 'ring', 'square', 'triangle']);
  const { microBatches } = await trainingStep(
    { config, levels: noiseLevels(config), words: null, classes },
    set,
    100,
    0,
  );
  const order = pictureOrder(config.seed, { epoch: 0, epochPosition: 0 }, set.count, config.batchSize);
  expect(microBatches[0]?.inputs['class_labels']).toEqual({
    data: Float32Array.from(order, (index) => classes?.indexOf(shapeKind(index)) ?? NaN),
    shape: [config.batchSize],
  });
});
