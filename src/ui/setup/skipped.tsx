// What the last import of pictures left out or kept, and pictures that hardly show anything, with reasons.
// Not here: checking the files (data/).
import type { ToldFiles } from '../../trainer/api.ts';
import { useApp } from '../page-state/app-context.ts';
import { count } from '../format.ts';

/** More files than that are counted by reason too. */
const FEW = 10;

/** "1 duplicate", "2 duplicates" */
const counted = (number: number, thing: string): string =>
  `${count(number)} ${thing}${number === 1 ? '' : 's'}`;

/**
 * Shown after an import that left out files or pictures, or took doubtful ones; lists 500 of each at most.
 */
export function Skipped() {
  const { state } = useApp();
  const imported = state.imported.value;
  if (!imported) return null;
  const { added, keptCaptions, duplicates, skipped, doubtful } = imported;
  return (
    <>
      {keptCaptions && (
        <p class="note">
          These pictures were here already, with captions that you had changed by hand. Those captions were
          kept, not the ones beside the files: to have these, delete the set and import the files again.
        </p>
      )}
      {duplicates > 0 && <p class="note">{counted(duplicates, 'duplicate')} left out.</p>}
      {skipped.count > 0 && (
        <Files name="Skipped files" told={skipped}>
          {counted(skipped.count, 'file')} skipped, {count(added)} imported
        </Files>
      )}
      {doubtful.count > 0 && (
        <Files name="Doubtful pictures" told={doubtful}>
          {count(doubtful.count)} {doubtful.count === 1 ? 'picture is' : 'pictures are'} nearly black or of
          one colour <small>imported all the same</small>
        </Files>
      )}
    </>
  );
}

interface Props {
  name: string;
  told: ToldFiles;
  children: preact.ComponentChildren;
}

function Files({ name, told, children }: Props) {
  const { count: all, reasons, files } = told;
  return (
    <details class="skipped fold">
      <summary>{children}</summary>
      {all > FEW && (
        <ul aria-label={`${name} by reason`}>
          {reasons.map((reason) => (
            <li key={reason.why}>
              <b>{count(reason.count)}</b>: {reason.why}, as {reason.example}
            </li>
          ))}
        </ul>
      )}
      <ul aria-label={name} tabIndex={0}>
        {files.map((file) => (
          <li key={file.name}>
            <b>{file.name}</b>: {file.why}
          </li>
        ))}
        {all > files.length && <li>and {count(all - files.length)} more</li>}
      </ul>
    </details>
  );
}
