// What kind of file the first bytes are of, in words for the person who brought it. A name is never asked.
// Not here: reading any of them (safetensors-file.ts, torch-file.ts, zip-reader.ts, image-*.ts).
import { textAt } from './image-format.ts';
import { heifFormat } from './image-heif.ts';
import { begins, LEGACY_TORCH, PICTURES, SAFETENSORS, ZIP } from './magic.ts';

/** Enough for every kind: a tar archive names itself at byte 257, an SVG may begin with a comment. */
export const HEAD_BYTES = 1024;

/** What a file is, as far as its first bytes tell. */
export interface FileKind {
  /**
   * `picture`: of any format, read here or not. `junk`: what systems put beside people's files. `text`: also
   * JSON. `other`: none of these.
   */
  is: 'safetensors' | 'zip' | 'legacy-torch' | 'picture' | 'junk' | 'text' | 'other' | 'empty';
  /** Goes on from "it is": "a HEIC picture", "a Git LFS pointer to a file of 143 MB". */
  what: string;
}

/* oxlint-disable no-control-regex -- magic numbers are made of control characters */
const KINDS: readonly (readonly [RegExp, FileKind['is'], string])[] = [
  [/^.{4}ftyp/s, 'other', 'a video'],
  [/^(II\*\0|MM\0\*)/, 'picture', 'a TIFF or raw picture'],
  [/^(\xff\x0a|\0\0\0\x0cJXL )/, 'picture', 'a JPEG XL picture'],
  [/^(\0\0\0\x0cjP {2}|\xffO\xffQ)/, 'picture', 'a JPEG 2000 picture'],
  [/^\0\0\x01\0/, 'picture', 'an icon'],
  [/^8BPS/, 'picture', 'a Photoshop file'],
  [/^(\xef\xbb\xbf)?\s*<(\?xml|!--|svg)[^]*<svg|^(\xef\xbb\xbf)?\s*<svg/, 'picture', 'an SVG drawing'],
  [/^\0\x05\x16[\0\x07]/, 'junk', 'a file that macOS puts beside others (its name begins with ._)'],
  [/^\0\0\0\x01Bud1/, 'junk', 'a file of macOS (.DS_Store)'],
  [/^%PDF-/, 'other', 'a PDF'],
  [/^GGUF/, 'other', 'a GGUF file, the format of llama.cpp'],
  [/^\x89HDF\r\n/, 'other', 'an HDF5 file, as Keras writes it'],
  [/^\x93NUMPY/, 'other', 'a NumPy array'],
  [/^\x1f\x8b/, 'other', 'a gzip archive'],
  [/^7z\xbc\xaf/, 'other', 'a 7z archive'],
  [/^Rar!/, 'other', 'a RAR archive'],
  [/^.{257}ustar/s, 'other', 'a tar archive'],
  [/^\x80[\x02-\x05]/, 'other', 'a Python pickle'],
  [/^(\xef\xbb\xbf)?\s*<(!doctype html|html)/i, 'text', 'a web page'],
];
const LFS_POINTER = /^version https:\/\/git-lfs\.github\.com\/spec\/v1\n[^]*?\bsize (\d{1,15})\n?/;
const CONTROL = /[\0-\x08\x0e-\x1f]/;
/* oxlint-enable no-control-regex */

/** The kind of a file with these first bytes: 1,024, or all where the file is shorter. */
export function kindOfBytes(head: Uint8Array): FileKind {
  if (head.length === 0) return { is: 'empty', what: 'empty' };
  if (begins(head, SAFETENSORS)) return { is: 'safetensors', what: 'a safetensors file' };
  if (begins(head, ZIP)) return { is: 'zip', what: 'a zip archive' };
  if (begins(head, LEGACY_TORCH)) return { is: 'legacy-torch', what: 'a PyTorch file of the older format' };
  if (PICTURES.some((magic) => begins(head, magic)) || heifFormat(head))
    return { is: 'picture', what: 'a picture' };
  const start = textAt(head, 0, HEAD_BYTES);
  const pointer = LFS_POINTER.exec(start);
  if (pointer)
    return { is: 'text', what: `a Git LFS pointer to a file of ${bytesInWords(Number(pointer[1]))}` };
  const found = KINDS.find(([pattern]) => pattern.test(start));
  if (found) return { is: found[1], what: found[2] };
  return CONTROL.test(start)
    ? { is: 'other', what: 'some other kind of file' }
    : { is: 'text', what: 'text' };
}

const bytesInWords = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${Math.round(bytes / 1e6)} MB`;
