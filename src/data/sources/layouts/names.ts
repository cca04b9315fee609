// Parts of paths and what they say by themselves, as the layouts ask for them. Not here: names of files that
// systems make (../junk.ts).

/** The name in its folder. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Whether the name says that it may be a picture of a kind that is read here. */
export const isPictureName = (path: string): boolean => /\.(?:jpe?g|png|webp|avif|gif)$/i.test(path);

/** Code units, the same everywhere. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** "1 picture", "202,599 pictures". */
export const counting = (count: number, one: string, several = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : several}`;
