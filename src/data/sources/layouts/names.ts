// Parts of paths and what they say by themselves, as the layouts ask for them. Not here: names of files that
// systems make (../junk.ts).

/** The name in its folder. */
export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The folders that a path lies in, the outermost first, each with "/" at its end: "", "a/", "a/b/". */
export function foldersOf(path: string): string[] {
  const folders: string[] = [];
  for (let end = 0; end !== -1; end = path.indexOf('/', end) + 1 || -1) folders.push(path.slice(0, end));
  return folders;
}

/** Whether the name says that it may be a picture of a kind that is read here. */
export const isPictureName = (path: string): boolean => /\.(?:jpe?g|png|webp|avif|gif)$/i.test(path);

/** Code units, the same everywhere. */
export const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** "1 picture", "202,599 pictures". */
export const counting = (count: number, one: string, several = `${one}s`): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : several}`;
