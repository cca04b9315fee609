// The models of test/fixtures/models, which diffusers saved as folders, as files that a user brings. Not
// here: importing them (visit.ts).
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { zipBlob, type ZipInput } from '../../src/formats/zip-writer.ts';

/** Writes `<name>.zip` of the model's folder into `into`. Returns its path. */
export async function zipOfModel(name: 'words' | 'classes', into: string): Promise<string> {
  const folder = join(import.meta.dirname, '../fixtures/models', name);
  const paths = (await readdir(folder, { recursive: true })).filter((path) => extname(path) !== '');
  const entry = async (path: string): Promise<ZipInput> => ({
    name: path,
    content: new Uint8Array(await readFile(join(folder, path))),
  });
  const zip = await zipBlob(await Promise.all(paths.map(entry)));
  const path = join(into, `${name}.zip`);
  await writeFile(path, Buffer.from(await zip.arrayBuffer()));
  return path;
}
