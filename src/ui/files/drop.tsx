// Files dropped anywhere on the page. Not here: walking dropped folders (dropped-files.ts), telling a model
// from pictures (trainer/import/).
import { useEffect, useState } from 'preact/hooks';
import { type App, useApp } from '../page-state/app-context.ts';
import { droppedFiles } from './dropped-files.ts';

function take({ state, commands }: App, transfer: DataTransfer): void {
  const give = droppedFiles(transfer);
  if (state.runState.value !== 'elsewhere') commands.takeFiles(give);
}

/** Covers the page while files are dragged over it, and takes the files that are dropped. */
export function DropTarget() {
  const app = useApp();
  const [over, setOver] = useState(false);
  useEffect(() => {
    const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
    const onOver = (event: DragEvent): void => {
      if (!hasFiles(event)) return;
      event.preventDefault();
      setOver(true);
    };
    const onLeave = (event: DragEvent): void => {
      if (event.relatedTarget === null) setOver(false);
    };
    const onDrop = (event: DragEvent): void => {
      if (!hasFiles(event) || !event.dataTransfer) return;
      event.preventDefault();
      setOver(false);
      take(app, event.dataTransfer);
    };
    addEventListener('dragover', onOver);
    addEventListener('dragleave', onLeave);
    addEventListener('drop', onDrop);
    return () => {
      removeEventListener('dragover', onOver);
      removeEventListener('dragleave', onLeave);
      removeEventListener('drop', onDrop);
    };
  }, [app]);
  if (!over) return null;
  return (
    <div class="drop" aria-hidden="true">
      <p>Drop pictures, a folder, a checkpoint or a model</p>
    </div>
  );
}
