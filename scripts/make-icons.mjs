// Renders public/icon.svg to the PNGs of the manifest, to favicon.ico, which some browsers request
// whatever the page says, and to the picture that a shared link shows. Run by hand when the mark changes:
// node scripts/make-icons.mjs
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
await write('apple-touch-icon.png', await png(maskable, 180));

/** The mark and the name on the page's dark ground, beside 5 x 5 of the planets that a first run learns. */
const [width, height, edge, gap] = [1200, 630, 96, 6];
const words = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
  <g font-family="Inter, DejaVu Sans, sans-serif" fill="#ecedea">
    <text x="72" y="330" font-size="64" font-weight="600">Perennial</text>
    <text x="72" y="392" font-size="28" fill="#a1a59f">Train an image model in your</text>
    <text x="72" y="432" font-size="28" fill="#a1a59f">browser, on your own pictures</text>
  </g>
</svg>`;
const sheet = sharp(new URL('datasets/planets/sheet-0.webp', folder).pathname);
const tiles = await Promise.all(
  Array.from({ length: 25 }, async (_, i) => {
    const [column, row] = [i % 5, Math.floor(i / 5)];
    const tile = sheet.clone().extract({ left: 32 * column, top: 32 * row, width: 32, height: 32 });
    const input = await tile.resize(edge, edge, { kernel: 'nearest' }).png().toBuffer();
    return { input, left: 620 + column * (edge + gap), top: 63 + row * (edge + gap) };
  }),
);
const social = sharp({ create: { width, height, channels: 3, background: '#121312' } })
  .composite([
    { input: Buffer.from(words), left: 0, top: 0 },
    { input: await png(mark, 96), left: 72, top: 150 },
    ...tiles,
  ])
  .png({ compressionLevel: 9, palette: true });
await write('social.png', await social.toBuffer());
