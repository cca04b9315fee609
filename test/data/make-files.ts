// Picture files with known pixels, made in the browser for the tests of src/data.

/** A file of one colour with a white mark in its upper left corner. */
export async function pictureFile(
  name: string,
  { width = 40, height = 40, colour = '#c04020', type = 'image/jpeg' } = {},
): Promise<File> {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no 2D canvas');
  context.fillStyle = colour;
  context.fillRect(0, 0, width, height);
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width / 4, height / 4);
  return new File([await canvas.convertToBlob({ type, quality: 0.95 })], name, { type });
}

export const textFile = (name: string, text: string): File => new File([text], name, { type: 'text/plain' });

/** A WebP of this size with an EXIF chunk behind its picture that gives its orientation (RFC 9649). */
export async function webpWithOrientation(
  file: File,
  orientation: number,
  { width, height }: { width: number; height: number },
): Promise<File> {
  const webp = new Uint8Array(await file.arrayBuffer());
  const isExtended = new TextDecoder().decode(webp.subarray(12, 16)) === 'VP8X';
  const chunk = (name: string, data: Uint8Array): Uint8Array<ArrayBuffer> => {
    const bytes = new Uint8Array(8 + data.length + (data.length % 2));
    bytes.set(new TextEncoder().encode(name));
    new DataView(bytes.buffer).setUint32(4, data.length, true);
    bytes.set(data, 8);
    return bytes;
  };
  // The flag says that EXIF follows; width and height, less one, have 24 bits each.
  const edges = [width - 1, height - 1].flatMap((edge) => [edge & 255, edge >> 8, 0]);
  const extended = isExtended ? webp.slice(20, 30) : Uint8Array.from([0, 0, 0, 0, ...edges]);
  extended[0] = (extended[0] ?? 0) | 8;
  const tiff = [0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0];
  const chunks = [
    chunk('VP8X', extended),
    webp.subarray(isExtended ? 30 : 12),
    chunk('EXIF', Uint8Array.from([...tiff, 0, 0, 0, 0])),
  ];
  const size = chunks.reduce((sum, { length }) => sum + length, 4);
  const riff = Uint8Array.from([
    ...new TextEncoder().encode('RIFF'),
    0,
    0,
    0,
    0,
    ...new TextEncoder().encode('WEBP'),
  ]);
  new DataView(riff.buffer).setUint32(4, size, true);
  return new File([riff, ...chunks], file.name);
}

/** A JPEG with an EXIF block that gives its orientation. */
export async function withOrientation(file: File, orientation: number): Promise<File> {
  const jpeg = new Uint8Array(await file.arrayBuffer());
  // APP1, "Exif", little-endian TIFF with one entry: tag 0x0112, SHORT, one value.
  const exif = [0xff, 0xe1, 0, 34, 0x45, 0x78, 0x69, 0x66, 0, 0, 0x49, 0x49, 0x2a, 0, 8, 0, 0, 0, 1, 0];
  const entry = [0x12, 0x01, 3, 0, 1, 0, 0, 0, orientation, 0, 0, 0, 0, 0, 0, 0];
  return new File([jpeg.subarray(0, 2), Uint8Array.from([...exif, ...entry]), jpeg.subarray(2)], file.name);
}

/** As `pictureFile` of 40 x 40, written by sharp 0.34 (libaom): browsers cannot encode AVIF. */
const AVIF = [
  'AAAAHGZ0eXBhdmlmAAAAAG1pZjFhdmlmbWlhZgAAANZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAA',
  'AAAAACJpbG9jAAAAAERAAAEAAQAAAAAA+gABAAAAAAAAAC8AAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABhdjAxAAAA',
  'AA5waXRtAAAAAAABAAAAVmlwcnAAAAA4aXBjbwAAAAxhdjFDgSACAAAAABRpc3BlAAAAAAAAACgAAAAoAAAAEHBpeGkAAAAA',
  'AwgICAAAABZpcG1hAAAAAAAAAAEAAQOBAgMAAAA3bWRhdBIACgk4FWedpAQ0GkAyIESAkNKgADyAAQDUZ5IXqNciTtJq/Z0e',
  '/DiJtVeTuAOg',
].join('');

export const avifFile = (name: string): File =>
  new File([Uint8Array.from(atob(AVIF), (char) => char.charCodeAt(0))], name, { type: 'image/avif' });
