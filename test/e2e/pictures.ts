// A folder of pictures that a user might bring: small coloured JPEGs, and two files that are no pictures.
// Not here: what the app makes of these files.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

export const BROKEN = ['029-a-letter.jpg', '047-cut-short.jpg'];

/**
 * Writes `count` JPEGs of 40 x 32 pixels, each a coloured disc on a coloured ground, and the two of BROKEN.
 */
export async function writePictures(folder: string, count: number): Promise<void> {
  const name = (i: number): string => join(folder, `${String(i).padStart(3, '0')}.jpg`);
  for (let i = 0; i < count; i++) await writeFile(name(i), await picture(i));
  const [letter, short] = BROKEN as [string, string];
  await writeFile(join(folder, letter), 'Dear reader, this is no picture.\n');
  await writeFile(join(folder, short), (await picture(count)).subarray(0, 300));
}

function picture(i: number): Promise<Buffer> {
  const ground = `hsl(${(i * 137) % 360} 70% 30%)`;
  const disc = `hsl(${(i * 71) % 360} 80% 65%)`;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="32"><rect width="40" height="32" fill="${ground}"/><circle cx="${14 + (i % 12)}" cy="16" r="${6 + (i % 5)}" fill="${disc}"/></svg>`;
  return sharp(Buffer.from(svg)).jpeg({ quality: 92 }).toBuffer();
}
