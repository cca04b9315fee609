// The user's own pictures: choosing files or a folder, the import with the pictures as they come, Stop.
// Not here: dropped files (files/drop.tsx), decoding (data/).
import { useMemo } from 'preact/hooks';
import type { ImportProgress } from '../../trainer/api.ts';
import type { Giving } from '../../app/given-files.ts';
import { useApp } from '../page-state/app-context.ts';
import { pickedFiles } from '../files/dropped-files.ts';
import { FileButton } from '../files/file-button.tsx';
import { FolderButton } from '../files/folder-button.tsx';
import { archiveFiles, pictureFiles } from '../files/picture-files.ts';
import { count, estimated, rate } from '../format.ts';
import { Mosaic } from '../pictures/mosaic.tsx';
import { arrivedSheet } from './arrived-sheet.ts';
import { ProgressBar } from '../controls/progress-bar.tsx';

/** Shown while "Your pictures" is chosen, or pictures are being imported. */
export function OwnPictures() {
  const { state } = useApp();
  const importing = state.importing.value;
  if (importing) return <Importing progress={importing} />;
  return (
    <div class="own">
      <Choose />
    </div>
  );
}

function Choose() {
  const { state, commands, looking } = useApp();
  const take = (give: Giving): void => {
    looking.bringsOwn.value = false;
    commands.importPictures(give);
  };
  const archives = archiveFiles();
  return (
    <>
      <p>
        JPEG, PNG, WebP, AVIF, GIF or BMP, also in a zip, tar or parquet file, or a known data set. A square
        of each, the middle one, is stored small in this browser. Your files are not touched. You can also
        drop pictures anywhere on this page, or paste them. A text file beside a picture, cat.txt of cat.jpg,
        is its caption, or several, one on each line; without one, where pictures lie in several folders, the
        folder’s name is. A model of pictures with words learns them.
      </p>
      <div class="buttons">
        <FileButton
          name="Choose files"
          icon="pictures"
          class="second"
          multiple
          accept={pictureFiles()}
          onFiles={(list) => take(pickedFiles(list))}
        />
        {archives !== null && (
          <FileButton
            name="Choose archive"
            icon="disk"
            class="second"
            multiple
            accept={archives}
            onFiles={(list) => take(pickedFiles(list))}
          />
        )}
        <FolderButton name="Choose folder" class="second" onFolder={take} />
      </div>
      <label class="first">
        <input
          type="checkbox"
          checked={state.showsFirst.value}
          onChange={(event) => commands.showFirst(event.currentTarget.checked)}
        />
        Show them before importing, to choose how they are cut
      </label>
    </>
  );
}

function Importing({ progress }: { progress: ImportProgress }) {
  const { commands } = useApp();
  const { done, total, skipped, perSecond, stored, size } = progress;
  const left = perSecond ? (total - done) / perSecond : 0;
  const sheet = useMemo(() => arrivedSheet(stored, size), [stored.length, size]);
  return (
    <>
      <div class="own">
        <p>
          {count(done)} of {count(total)} pictures{skipped > 0 && `, ${count(skipped)} skipped`}
          {perSecond !== null && `, ${rate(perSecond)} pictures/s`}
          {left > 0 && `, ${estimated(left)} left`}
        </p>
        <ProgressBar label="Import of pictures" done={done} total={total} />
        <button class="btn" type="button" onClick={() => commands.stopImport()}>
          Stop
        </button>
      </div>
      <Mosaic
        preview={sheet}
        count={total}
        label={(places) => `${Math.min(stored.length, places)} of the first ${places} pictures`}
        caption={() => null}
      />
    </>
  );
}
