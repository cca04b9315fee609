// The button that lets the user choose a checkpoint or a model from disk. Not here: telling what the files
// are (trainer/import/), the dialog that shows their content (import-dialog.tsx).
import { useApp } from '../page-state/app-context.ts';
import { FileButton } from './file-button.tsx';

/** Takes a checkpoint, a .pt file, or the files of a diffusers folder. `look`: CSS classes. */
export function ImportCheckpoint({ look = 'second' }: { look?: string }) {
  const { commands } = useApp();
  return (
    <FileButton
      name="Import checkpoint"
      icon="import"
      class={look}
      multiple
      onFiles={(files) => commands.importCheckpoint([...files])}
    />
  );
}
