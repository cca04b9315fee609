// Claims: a path in a list finds the member that it means, never one of another folder.
import { expect, it } from 'vitest';
import { MemberIndex } from '../../../../src/data/sources/layouts/member-index.ts';
import { member } from './made.ts';

const index = new MemberIndex(
  [
    'set/train/cats/1.jpg',
    'set/train/dogs/1.jpg',
    'set/test/cats/1.jpg',
    'set/Ünï.PNG',
    'loose.jpg',
    'set/b/9.png',
  ].map((path) => member(path)),
);

it.each([
  ['1.jpg', 'set/train/cats/', 'set/train/cats/1.jpg'],
  ['cats/1.jpg', 'set/train/', 'set/train/cats/1.jpg'],
  ['../dogs/1.jpg', 'set/train/cats/', 'set/train/dogs/1.jpg'],
  ['./cats\\1.jpg', 'set/test/', 'set/test/cats/1.jpg'],
  ['/home/somebody/data/test/cats/1.jpg', '', 'set/test/cats/1.jpg'],
  ['https://example.org/dogs/1.jpg', '', 'set/train/dogs/1.jpg'],
  ['C:\\pictures\\loose.jpg', '', 'loose.jpg'],
  ['U\u0308ni\u0308.png', 'set/', 'set/Ünï.PNG'],
  ['9', '', 'set/b/9.png'],
  ['b/9', 'elsewhere/', 'set/b/9.png'],
])('%s in %s', (path, folder, found) => {
  expect(index.find(path, folder)?.path).toBe(found);
});

it.each([
  '1.jpg',
  'cats/1.jpg',
  'birds/1.jpg',
  'a/9.png',
  '',
  '/',
  '..',
  '8',
  'x'.repeat(1e5),
  '/'.repeat(1e4),
])('nothing by %.20s, which is several, of another folder, or none', (path) =>
  expect(index.find(path, '')).toBeNull(),
);

it('finds its way among 20,000 files of one name', () => {
  const many = Array.from({ length: 20_000 }, (_, i) => member(`zip/set/${i}/image.png`));
  const index = new MemberIndex(many);
  expect(many.every(({ path }) => index.find(path.slice(8), 'elsewhere/')?.path === path)).toBe(true);
  expect(index.find('image.png', '')).toBeNull();
});
