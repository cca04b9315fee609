// The user's own pictures: choosing files or a folder, progress of the import, Cancel. Not here: dropped
// files (files/drop.tsx), decoding (data/).
import type { ImportProgress } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { pickedFiles } from '../files/dropped-files.ts';
import { FileButton } from '../files/file-button.tsx';
import { count } from '../format.ts';
import { ProgressBar } from '../controls/progress-bar.tsx';

/** Shown while "Your pictures" is chosen, or pictures are being imported. */
export function OwnPictures() {
  const { state } = useApp();
  const importing = state.importing.value;
  return <div class="own">{importing ? <Importing progress={importing} /> : <Choose />}</div>;
}

function Choose() {
  return (
    <>
      <p>
        JPEG, PNG, WebP or GIF. The middle square of each picture is stored small in this browser; your files
        are not touched. A text file of the same name is kept as the caption. You can also drop pictures
        anywhere on this page.
      </p>
      <div class="buttons">
        <PickButton name="Choose files" folder={false} />
        <PickButton name="Choose folder" folder />
      </div>
    </>
  );
}

function PickButton({ name, folder }: { name: string; folder: boolean }) {
  const { commands, looking } = useApp();
  const take = (list: FileList): void => {
    const { files, title } = pickedFiles(list);
    looking.bringsOwn.value = false;
    commands.importPictures(files, title);
  };
  return <FileButton name={name} icon="pictures" class="second" multiple folder={folder} onFiles={take} />;
}

function Importing({ progress }: { progress: ImportProgress }) {
  const { commands } = useApp();
  const { done, total, skipped } = progress;
  return (
    <>
      <p>
        {count(done)} of {count(total)} pictures{skipped > 0 && `, ${count(skipped)} skipped`}
      </p>
      <ProgressBar label="Import of pictures" done={done} total={total} />
      <button class="btn" type="button" onClick={() => commands.cancelImport()}>
        Cancel
      </button>
    </>
  );
}
