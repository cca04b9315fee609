// The button that lets the user choose a folder: by the browser's own dialog, whose folder can be read again
// after a reload, else by a file input. Not here: reading the folder (dropped-files.ts).
import { useRef } from 'preact/hooks';
import type { Giving } from '../../app/given-files.ts';
import { pickedFiles, pickedFolder } from './dropped-files.ts';
import { FileButton } from './file-button.tsx';

interface Props {
  name: string;
  class?: string;
  onFolder: (give: Giving) => void;
}

/** `name`: as of a FileButton, which it is. */
export function FolderButton({ onFolder, ...look }: Props) {
  const plain = useRef(false);
  const pick = async (input: HTMLInputElement): Promise<void> => {
    try {
      const folder = await window.showDirectoryPicker?.({ id: 'pictures' });
      if (folder) onFolder(pickedFolder(folder));
    } catch (error) {
      // The user closed the dialog.
      if (error instanceof DOMException && error.name === 'AbortError') return;
      // A page in a frame, for one, may not open it.
      plain.current = true;
      input.click();
    }
  };
  return (
    <FileButton
      {...look}
      icon="pictures"
      folder
      onFiles={(list) => onFolder(pickedFiles(list))}
      onOpen={(event) => {
        if (!window.showDirectoryPicker || plain.current) return;
        event.preventDefault();
        void pick(event.currentTarget);
      }}
    />
  );
}
