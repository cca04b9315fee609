// Hands a file to the user under a name: the browser's save dialog where there is one, else a download link. Streams;
// never holds the whole file. Not here: where its bytes come from (the trainer).

/** A link's download reads its object URL at its own pace; no event tells when it is done. */
const REVOKE_AFTER_MS = 10 * 60 * 1000;

/** `written`: on disk, whole. `begun`: the browser downloads it now. `cancelled`: the user closed the dialog. */
export type DownloadOutcome = 'written' | 'begun' | 'cancelled';

/**
 * Saves `file` as `name`. Rejects where writing fails (disk full): nothing is then left under that name.
 * The dialog needs a click within the last seconds; without one (the file took long to make) it becomes a download.
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
    return null; // the dialog itself is refused here (policy, a frame): the link works everywhere
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
