// Hands a file to the user under a name: by the browser's save dialog where it has one, else by a download
// link. The file is streamed, never held in memory whole. Not here: making the file (trainer/export/,
// stored-pngs.ts, generating.ts).

/** A download link reads its object URL at its own pace, and no event tells when the reading has ended. */
const REVOKE_AFTER_MS = 10 * 60 * 1000;

/** `written`: the whole file is on disk. `begun`: the browser is downloading. `cancelled`: by the user. */
export type DownloadOutcome = 'written' | 'begun' | 'cancelled';

/**
 * Saves `file` as `name`. Rejects where writing fails (disk full), and leaves no file then. The save dialog
 * needs a click within the last seconds; without one (the file took long to make) a link downloads the file.
 */
export async function download(file: Blob, name: string): Promise<DownloadOutcome> {
  const target = await askWhere(name);
  if (target === 'cancelled') return target;
  if (target === null) return followLink(file, name);
  await file.stream().pipeTo(await target.createWritable());
  return 'written';
}

async function askWhere(name: string): Promise<FileSystemFileHandle | 'cancelled' | null> {
  if (!window.showSaveFilePicker || !navigator.userActivation.isActive) return null;
  try {
    return await window.showSaveFilePicker({ suggestedName: name });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return 'cancelled';
    return null; // the dialog is refused here (policy, a frame): a link works everywhere
  }
}

function followLink(file: Blob, name: string): 'begun' {
  const url = URL.createObjectURL(file);
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), REVOKE_AFTER_MS);
  return 'begun';
}
