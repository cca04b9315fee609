// Types that browsers have and TypeScript's lib.dom lacks:
// the few that the page uses. Not here: our own types.

/** Fired by Chromium when the page may be installed as an app. https://developer.mozilla.org/docs/Web/API/BeforeInstallPromptEvent */
interface BeforeInstallPromptEvent extends Event {
  prompt(): Promise<{ outcome: 'accepted' | 'dismissed' }>;
  readonly userChoice: Promise<{ outcome: 'accepted' | 'dismissed' }>;
}

/** The files that the installed app was opened with. https://developer.mozilla.org/docs/Web/API/LaunchQueue */
interface LaunchParams {
  readonly files: readonly FileSystemHandle[];
  readonly targetURL: string | null;
}
interface LaunchQueue {
  setConsumer(consumer: (params: LaunchParams) => void): void;
}

interface WindowEventMap {
  beforeinstallprompt: BeforeInstallPromptEvent;
  appinstalled: Event;
}

interface SaveFilePickerOptions {
  suggestedName?: string;
  types?: { description?: string; accept: Record<string, string[]> }[];
}

interface Window {
  readonly launchQueue?: LaunchQueue;
  showSaveFilePicker?(options?: SaveFilePickerOptions): Promise<FileSystemFileHandle>;
  showDirectoryPicker?(options?: { id?: string }): Promise<FileSystemDirectoryHandle>;
}

/** Chromium alone asks for permission. https://developer.mozilla.org/docs/Web/API/FileSystemHandle/requestPermission */
interface FileSystemHandle {
  queryPermission?(options: { mode: 'read' }): Promise<PermissionState>;
  requestPermission?(options: { mode: 'read' }): Promise<PermissionState>;
}
