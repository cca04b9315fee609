// Renders public/icon.svg to the PNGs of the manifest and to favicon.ico, which some browsers request
// whatever the page says. Run by hand when the mark changes: node scripts/make-icons.mjs
import { readFile, writeFile } from 'node:fs/promises';
import sharp from 'sharp';

const folder = new URL('../public/', import.meta.url);
const mark = await readFile(new URL('icon.svg', folder), 'utf8');

/** Edge to edge, the mark within the inner 80 % that no mask cuts away. */
const maskable = mark
  .replace(' rx="11"', '')
  .replace('translate(1.5 2.3) scale(1.7)', 'translate(6.8 7.4) scale(1.3)');

const png = (svg, size) =>
  sharp(Buffer.from(svg), { density: (72 * size) / 48 })
    .resize(size, size)
    .png({ compressionLevel: 9, palette: true })
    .toBuffer();

/** An ICO of one PNG: a header, one entry, the PNG as it is. */
function ico(image, size) {
  const head = Buffer.alloc(22);
  head.writeUInt16LE(1, 2); // icon
  head.writeUInt16LE(1, 4); // one image
  head.writeUInt8(size, 6);
  head.writeUInt8(size, 7);
  head.writeUInt16LE(1, 10); // planes
  head.writeUInt16LE(32, 12); // bits per pixel
  head.writeUInt32LE(image.length, 14);
  head.writeUInt32LE(head.length, 18);
  return Buffer.concat([head, image]);
}

const write = (name, bytes) => writeFile(new URL(name, folder), bytes);
await write('icon-192.png', await png(mark, 192));
await write('icon-512.png', await png(mark, 512));
await write('icon-maskable-512.png', await png(maskable, 512));
await write('favicon.ico', ico(await png(mark, 32), 32));
