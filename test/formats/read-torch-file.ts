// A whole .pt file in memory, which only tests want: the app looks at a file before it loads its tensors.
import { openTorchFile } from '../../src/formats/torch-file.ts';
import type { TorchValue } from '../../src/formats/torch-values.ts';

export async function readTorchFile(file: Blob): Promise<TorchValue> {
  const opened = await openTorchFile(file);
  return opened.load();
}
