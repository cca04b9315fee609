// Perennial as an installed app: the browser's offer to install it, and files that are opened with it
// (.safetensors). Not here: what is done with such a file (session.ts).

/**
 * `onChange` hears whether the browser offers to install; `install` shows the browser's question and resolves
 * with true when the user accepts.
 */
export function watchInstall(onChange: (installable: boolean) => void): { install(): Promise<boolean> } {
  let offer: BeforeInstallPromptEvent | null = null;
  const set = (next: BeforeInstallPromptEvent | null): void => {
    offer = next;
    onChange(next !== null);
  };
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    set(event);
  });
  addEventListener('appinstalled', () => set(null));
  return {
    async install() {
      const asked = offer;
      if (!asked) return false;
      set(null); // an offer works once
      return (await asked.prompt()).outcome === 'accepted';
    },
  };
}

/**
 * Calls `onFile` with each file that the system opens with the installed app, `onError` where it cannot be
 * read.
 */
export function onLaunchedFile(onFile: (file: File) => void, onError: (error: unknown) => void): void {
  window.launchQueue?.setConsumer(({ files }) => {
    for (const handle of files) {
      // The manifest's file handlers name files, never folders.
      (handle as FileSystemFileHandle).getFile().then(onFile, onError);
    }
  });
}
