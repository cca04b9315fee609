// How a file leaves the page: the save dialog, the link in its place, the user who changes their mind.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { download } from '../../src/app/download.ts';

const FILE = new Blob(['weights']);
let links: { href: string; download: string; clicked: boolean }[];
let picker: ReturnType<typeof vi.fn<(options: { suggestedName: string }) => Promise<unknown>>>;

beforeEach(() => {
  links = [];
  picker = vi.fn();
  vi.stubGlobal('window', { showSaveFilePicker: picker });
  vi.stubGlobal('navigator', { userActivation: { isActive: true } });
  vi.stubGlobal('document', {
    createElement: () => {
      const link = {
        href: '',
        download: '',
        clicked: false,
        remove: () => undefined,
        click: () => (link.clicked = true),
      };
      links.push(link);
      return link;
    },
    body: { append: () => undefined },
  });
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

it('writes every byte where the user chose', async () => {
  const written: Uint8Array[] = [];
  const createWritable = (): Promise<WritableStream<Uint8Array>> =>
    Promise.resolve(new WritableStream({ write: (chunk) => void written.push(chunk) }));
  picker.mockResolvedValue({ createWritable });
  expect(await download(FILE, 'unet_step_20.safetensors')).toBe('written');
  expect(picker).toHaveBeenCalledWith({ suggestedName: 'unet_step_20.safetensors' });
  expect(await new Blob(written as BlobPart[]).text()).toBe('weights');
});

it('does nothing where the dialog is closed', async () => {
  picker.mockRejectedValue(new DOMException('closed', 'AbortError'));
  expect(await download(FILE, 'a.safetensors')).toBe('cancelled');
  expect(links).toEqual([]);
});

it('rejects where the disk is full, and does not call it done', async () => {
  const full = new DOMException('full', 'QuotaExceededError');
  picker.mockResolvedValue({
    createWritable: () => Promise.resolve(new WritableStream({ write: () => Promise.reject(full) })),
  });
  await expect(download(FILE, 'a.safetensors')).rejects.toBe(full);
});

it.each([
  ['there is no dialog', () => vi.stubGlobal('window', {})],
  ['the click is too long ago', () => vi.stubGlobal('navigator', { userActivation: { isActive: false } })],
  ['the dialog is refused', () => picker.mockRejectedValue(new DOMException('frame', 'SecurityError'))],
])('follows a link where %s, and frees it later', async (_when, arrange) => {
  arrange();
  const revoke = vi.spyOn(URL, 'revokeObjectURL');
  expect(await download(FILE, 'a.safetensors')).toBe('begun');
  expect(links).toMatchObject([{ download: 'a.safetensors', clicked: true }]);
  expect(links[0]?.href).toMatch(/^blob:/);
  expect(revoke).not.toHaveBeenCalled();
  vi.runAllTimers();
  expect(revoke).toHaveBeenCalledWith(links[0]?.href);
});
