// Pictures that are alike, group by group, side by side, each with a tick for what is to be removed. Nothing
// is removed but what is ticked. Not here: asking for them (find-duplicates.tsx).
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DatasetInfo, DuplicateGroups as Groups, PictureNote } from '../../trainer/api.ts';
import { count, pictures } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';
import type { Picture } from '../pictures/picture-canvas.tsx';
import { PictureCanvas } from '../pictures/picture-canvas.tsx';
import { Changed } from './changed.tsx';
import { allButLargest, pagesOf, SHOWN_OF_GROUP } from './group-pages.ts';
import { pictureName } from './picture-name.ts';
import { useSomePictures } from './use-some-pictures.ts';

/** In the place of the grid. */
export function DuplicateGroups({ info }: { info: DatasetInfo }) {
  const { state, commands } = useApp();
  const ref = useRef<HTMLDivElement>(null);
  const found = state.duplicates.value?.found ?? null;
  // On a narrow screen the button that asked for them is far below.
  useEffect(() => {
    const box = ref.current?.getBoundingClientRect();
    if (box && (box.bottom < 0 || box.top > innerHeight)) ref.current?.scrollIntoView();
  }, []);
  return (
    <div class="duplicates" ref={ref}>
      <div class="head">
        <p class="quiet" role="status" aria-label="Duplicates found">
          {found ? howMany(found) : 'Comparing the pictures'}
        </p>
        <Changed />
        <button class="btn s end" type="button" onClick={() => commands.dismissDuplicates()}>
          Show all pictures
        </button>
      </div>
      {found && found.groups.length === 0 && (
        <div class="own none">
          <p>No two pictures are as alike as that.</p>
        </div>
      )}
      {found && found.groups.length > 0 && (
        <>
          {!info.builtIn && <Ticks groups={found.groups} />}
          <Pages info={info} groups={found.groups} />
        </>
      )}
    </div>
  );
}

const howMany = ({ groups, pictures: all }: Groups): string =>
  groups.length === 0
    ? 'No duplicates'
    : `${count(groups.length)} ${groups.length === 1 ? 'group' : 'groups'}, ${pictures(all)}`;

function Ticks({ groups }: Pick<Groups, 'groups'>) {
  const { commands, browsing } = useApp();
  const { ticked } = browsing;
  // Only what is in the groups can be seen to be ticked.
  const indices = Uint32Array.from(
    groups.flatMap((group) => [...group].filter((one) => ticked.value.has(one))),
  );
  const many = indices.length;
  const remove = (): void => {
    indices.sort();
    ticked.value = new Set();
    void commands.removePictures(indices);
  };
  return (
    <div class="ticks">
      <button class="btn" type="button" onClick={() => (ticked.value = allButLargest(groups))}>
        Keep the largest of each
      </button>
      <button
        class="btn"
        type="button"
        disabled={many === 0}
        onClick={() => (ticked.value = new Set<number>())}
      >
        Untick all
      </button>
      <button class="btn stop" type="button" disabled={many === 0} onClick={remove}>
        Remove {count(many)} ticked
      </button>
    </div>
  );
}

function Pages({ info, groups }: { info: DatasetInfo } & Pick<Groups, 'groups'>) {
  const [wanted, setPage] = useState(0);
  const pages = pagesOf(groups);
  const at = Math.min(wanted, pages.length - 1);
  const { from, to } = pages[at] ?? { from: 0, to: 0 };
  const shown = groups.slice(from, to).map((group) => group.slice(0, SHOWN_OF_GROUP));
  const known = useSomePictures(
    info,
    shown.flatMap((group) => [...group]),
  );
  return (
    <div class="groups">
      {shown.map((group, i) => (
        <fieldset key={group[0]} class="alike">
          <legend>
            Group {count(from + i + 1)}, {pictures(groups[from + i]?.length ?? 0)}
          </legend>
          {[...group].map((index, place) => (
            <Twin key={index} index={index} isFirst={place === 0} canTick={!info.builtIn} {...known(index)} />
          ))}
          <Rest more={(groups[from + i]?.length ?? 0) - group.length} canTick={!info.builtIn} />
        </fieldset>
      ))}
      {pages.length > 1 && (
        <nav class="pages" aria-label="Pages of groups">
          <button class="btn" type="button" disabled={at === 0} onClick={() => setPage(at - 1)}>
            Previous groups
          </button>
          <p class="quiet">
            {count(at + 1)} of {count(pages.length)}
          </p>
          <button
            class="btn"
            type="button"
            disabled={at === pages.length - 1}
            onClick={() => setPage(at + 1)}
          >
            Next groups
          </button>
        </nav>
      )}
    </div>
  );
}

function Rest({ more, canTick }: { more: number; canTick: boolean }) {
  if (more === 0) return null;
  return (
    <p class="note">
      and {count(more)} more{canTick && ', which Keep the largest of each ticks too'}
    </p>
  );
}

interface TwinProps {
  index: number;
  /** Of the group's largest file. */
  isFirst: boolean;
  canTick: boolean;
  picture: Picture | null;
  note: PictureNote | null;
}

function Twin({ index, isFirst, canTick, picture, note }: TwinProps) {
  const { browsing } = useApp();
  const { ticked } = browsing;
  const tick = (on: boolean): void => {
    const now = new Set(ticked.value);
    if (on) now.add(index);
    else now.delete(index);
    ticked.value = now;
  };
  const name = pictureName(note, index);
  const size = note && note.width > 0 ? `${count(note.width)} × ${count(note.height)}` : null;
  const about = (
    <>
      <PictureCanvas picture={picture} />
      <span class="name" title={name}>
        <bdi>{name.split('/').at(-1)}</bdi>
      </span>
      {size && (
        <small>
          {' '}
          {size}
          {isFirst && ', largest'}
        </small>
      )}
    </>
  );
  if (!canTick) return <div class="twin">{about}</div>;
  return (
    <label class="twin">
      {about}
      <input
        type="checkbox"
        checked={ticked.value.has(index)}
        onChange={(event) => tick(event.currentTarget.checked)}
      />
    </label>
  );
}
