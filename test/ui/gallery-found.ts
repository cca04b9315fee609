// Pictures that wait for the answer of the dialog before an import, for the gallery. Not here: other states
// (gallery-state.ts).
import type { FoundPictures } from '../../src/app/state.ts';
import type { FoundSource } from '../../src/trainer/api.ts';
import { planet } from './gallery-pictures.ts';

const SIZE = 64;

const example = (i: number, path: string, caption: string): FoundSource['examples'][number] => ({
  path,
  caption,
  picture: { size: SIZE, rgba: planet(i, SIZE, 0) },
});

const facts: FoundSource['facts'] = {
  ...{ kind: 'Pictures with captions', count: 812, choices: [], licence: '' },
  ...{ ignored: [], warnings: [], unused: [] },
};

const CELEBA: FoundSource = {
  facts: {
    ...facts,
    kind: 'CelebA',
    count: 202_599,
    licence: 'CelebA is for non-commercial research only (its authors’ agreement).',
    choices: [
      {
        id: 'caption',
        label: 'Caption',
        value: 'visible',
        options: [
          { value: 'visible', label: 'Attributes that can be seen', example: 'a man with brown hair' },
          { value: 'all', label: 'All 40 attributes', example: 'an attractive young man with an oval face' },
          { value: 'none', label: 'None', example: '' },
        ],
      },
      {
        id: 'split',
        label: 'Pictures',
        value: 'train',
        options: [
          { value: 'train', label: 'Train, 162,770', example: '' },
          { value: 'all', label: 'All, 202,599', example: '' },
        ],
      },
      {
        id: 'crop',
        label: 'Crop',
        value: 'middle',
        options: [
          { value: 'middle', label: 'Middle square', example: '' },
          { value: 'tight', label: 'The face alone: 140 of 178 pixels', example: '' },
          { value: 'smart', label: 'The most detailed square', example: '' },
        ],
      },
    ],
    ignored: [
      {
        why: 'lists of boxes, landmarks or people, which are not used',
        count: 2,
        example: 'Anno/list_bbox_celeba.txt',
      },
    ],
  },
  unusedCount: 0,
  examples: [
    example(0, 'img_align_celeba/000001.jpg', 'a woman with straight brown hair, smiling\na woman, smiling'),
    example(1, 'img_align_celeba/000002.jpg', 'a woman with brown hair and bangs, wearing earrings'),
    example(2, 'img_align_celeba/000003.jpg', 'a man with wavy hair'),
    { path: 'img_align_celeba/000004.jpg', caption: '', picture: null },
    example(4, `img_align_celeba/${'a-very-long-name-'.repeat(8)}.jpg`, 'a woman '.repeat(60)),
  ],
};

/** A known data set, with choices. */
export const FOUND: FoundPictures = {
  ...{ asks: true, count: 202_599, title: 'celeba' },
  sources: [CELEBA],
};

/** Several forms at once, and files of every kind that is left out. */
export const FOUND_SEVERAL: FoundPictures = {
  ...{ asks: true, count: null, title: 'my photos' },
  sources: [
    { ...CELEBA, examples: CELEBA.examples.slice(0, 2) },
    {
      facts: {
        ...facts,
        count: null,
        choices: [
          {
            id: '1:lines',
            label: 'Lines of a text file',
            value: 'each',
            options: [
              {
                value: 'each',
                label: 'Several captions, one chosen at each visit',
                example: 'a planet with rings / a gas giant / seen from one of its moons',
              },
              {
                value: 'joined',
                label: 'One caption',
                example: 'a planet with rings, a gas giant, seen from one of its moons',
              },
            ],
          },
          {
            id: '1:ground',
            label: 'Under transparent parts',
            value: 'white',
            options: [
              { value: 'white', label: 'White', example: '' },
              { value: 'edge', label: 'The colour of the picture’s edge', example: '' },
            ],
          },
        ],
        warnings: ['3 rows name pictures that are not among the files.'],
        ignored: [{ why: 'files that systems put beside others', count: 811, example: '__MACOSX/._1.jpg' }],
        unused: [
          { name: 'more/inner.zip', why: 'it is an archive inside an archive: unpack the outer one first' },
        ],
      },
      unusedCount: 4000,
      examples: [example(7, 'holiday/1.jpg', 'a planet with rings')],
    },
  ],
};
