// Claims of what is said where nothing can be used: what to do, as the form of the files tells it, else an
// example of the files. The whole way there: own-pictures.gpu.test.ts.
import { expect, it } from 'vitest';
import { nothingUsable } from '../../src/data/nothing-usable.ts';
import { chosenFile, sourceOf } from './sources/sourced.ts';

it.each([
  [
    'cifar-10-batches-py/data_batch_1',
    '',
    /binary version, cifar-10-binary\.tar\.gz\. Nothing was stored\.$/,
  ],
  ['urls.csv', 'url,caption\nhttps://example.org/1.jpg,a cat', /Download the pictures and choose them/],
])('%s alone is told what to do', async (path, content, said) => {
  const { facts } = await sourceOf([chosenFile(path, content)]);
  const fault = nothingUsable({ tried: 0, skipped: facts.unused[0], warnings: facts.warnings });
  expect([fault.what, fault.got]).toEqual([expect.stringMatching(said), 'none']);
});

it('other files are told by an example and their number', () => {
  const skipped = { name: 'empty.jpg', why: 'it is empty' };
  expect(nothingUsable({ tried: 2, skipped, warnings: [] })).toMatchObject({
    what: 'For example empty.jpg: it is empty. Nothing was stored.',
    got: '2 other files',
  });
});
