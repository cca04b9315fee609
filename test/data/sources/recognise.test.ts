// Claims: of files of several forms each is a source of its own, a list stays for the layout that reads it,
// and what is left over is either a picture to try or told as left out.
import { expect, it } from 'vitest';
import { recognise } from '../../../src/data/sources/recognise.ts';
import { chosenFile, entriesOf } from './sourced.ts';

const CAPTIONS = JSON.stringify({
  images: [{ id: 9, file_name: '000000000009.jpg' }],
  annotations: [{ image_id: 9, caption: 'A meal' }],
});

it('several data sets at once are several sources, and notes beside them none', async () => {
  const files = [
    chosenFile('all/celeba/list_attr_celeba.csv', 'image_id,Male,Smiling\n000001.jpg,1,1\n'),
    chosenFile('all/celeba/img_align_celeba/000001.jpg'),
    chosenFile('all/coco/captions_val2017.json', CAPTIONS),
    chosenFile('all/coco/000000000009.jpg'),
    chosenFile('all/folder/metadata.csv', 'file_name,text\nx.png,an x\n'),
    chosenFile('all/folder/x.png'),
    chosenFile('all/table/list.csv', 'picture;words\ny.png;a y\n'),
    chosenFile('all/table/y.png'),
    chosenFile('all/mine/z.jpg'),
    chosenFile('all/mine/z.txt', 'a z'),
    chosenFile('all/README.md'),
    chosenFile('all/celeba/.DS_Store'),
  ];
  for (const order of [files, files.toReversed()]) {
    const sources = await recognise(order);
    const seen = await Promise.all(
      sources.map(async (source) => [
        source.facts.kind,
        ...(await entriesOf(source)).map(({ path, caption }) => `${path}: ${caption.split('\n')[0]}`),
      ]),
    );
    expect(seen).toEqual([
      ['CelebA', 'all/celeba/img_align_celeba/000001.jpg: a man, smiling'],
      ['COCO captions 2017', 'all/coco/000000000009.jpg: A meal'],
      ['Pictures with metadata.csv', 'all/folder/x.png: an x'],
      ['Pictures with list.csv', 'all/table/y.png: a y'],
      ['Pictures with captions', 'all/mine/z.jpg: a z'],
    ]);
    expect(sources.flatMap(({ facts }) => facts.ignored).map(({ example }) => example)).toEqual([
      'all/README.md',
      'all/celeba/.DS_Store',
    ]);
  }
});

it('a file that is nothing else is tried as a picture, so that the import says why it is none', async () => {
  const [source, ...others] = await recognise([chosenFile('README.md'), chosenFile('a.jpg')]);
  expect(source && (await entriesOf(source)).map(({ path }) => path)).toEqual(['README.md', 'a.jpg']);
  expect(others).toEqual([]);
  expect(await recognise([])).toEqual([]);
});

it('recognising ends where it is stopped', async () => {
  await expect(recognise([chosenFile('a.jpg')], AbortSignal.abort())).rejects.toThrow('abort');
});
