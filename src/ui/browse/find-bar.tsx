// Which set is looked at, and what is looked for in it. Not here: words and classes to choose from
// (words.tsx, classes.tsx), the answer (browse.tsx).
import { useId } from 'preact/hooks';
import type { DatasetInfo, PicturesQuery } from '../../trainer/api.ts';
import { ChoiceField } from '../controls/choice-field.tsx';
import { Icon } from '../controls/icon.tsx';
import { storage } from '../format.ts';
import { useApp } from '../page-state/app-context.ts';
import { lookAt, lookFor } from '../page-state/browsing.ts';
import { classTitle } from './class-title.ts';

const ONLY: readonly (readonly [PicturesQuery['only'], string])[] = [
  ['all', 'All pictures'],
  ['without-caption', 'Without caption'],
  ['enlarged', 'Enlarged: file too small'],
  ['removed', 'Removed'],
];

const ORDER: readonly (readonly [PicturesQuery['order'], string])[] = [
  ['stored', 'As stored'],
  ['smallest-source', 'Smallest file first'],
  ['blurred-first', 'Most blurred first'],
];

/** Above the pictures. */
export function FindBar({ info }: { info: DatasetInfo }) {
  const { state, browsing } = useApp();
  const titles = (builtIn: boolean) =>
    state.datasets.value
      .filter((one) => one.builtIn === builtIn)
      .map((one) => [one.id, titleOf(one)] as const);
  return (
    <search class="find">
      <ChoiceField
        label="Set"
        chosen={info.id}
        choices={[
          { title: 'Your pictures', choices: titles(false) },
          { title: 'Comes with Perennial', choices: titles(true) },
        ]}
        onChoose={(dataset) => lookAt(browsing, dataset)}
      />
      <Search />
      <ChoiceField
        label="Show"
        chosen={browsing.only.value}
        choices={ONLY}
        onChoose={(only) => lookFor(browsing, { only })}
      />
      <ChoiceField
        label="Order"
        chosen={browsing.order.value}
        choices={ORDER}
        onChoose={(order) => lookFor(browsing, { order })}
      />
      <Filters />
    </search>
  );
}

const titleOf = ({ title, download }: DatasetInfo): string =>
  download === undefined ? title : `${title}, ${storage(download)}`;

function Search() {
  const { browsing } = useApp();
  const id = useId();
  return (
    <div class="ask">
      <label for={id}>Caption or file name has</label>
      <input
        id={id}
        class="field"
        type="search"
        autocomplete="off"
        dir="auto"
        maxLength={200}
        value={browsing.search.value}
        onInput={(event) => lookFor(browsing, { search: event.currentTarget.value })}
      />
    </div>
  );
}

/** The word and the class that the pictures must have, each with a button that drops it. */
function Filters() {
  const { browsing } = useApp();
  const { word, className } = browsing;
  if (word.value === null && className.value === null) return null;
  return (
    <ul class="filters" aria-label="Only pictures that have">
      {word.value !== null && (
        <Filter what="word" value={word.value} onDrop={() => lookFor(browsing, { word: null })} />
      )}
      {className.value !== null && (
        <Filter
          what="class"
          value={classTitle(className.value)}
          onDrop={() => lookFor(browsing, { className: null })}
        />
      )}
    </ul>
  );
}

function Filter({ what, value, onDrop }: { what: string; value: string; onDrop: () => void }) {
  return (
    <li class="tag">
      {what} <bdi>{value}</bdi>
      <button type="button" aria-label={`Any ${what}, not only ${value}`} onClick={onDrop}>
        <Icon name="close" small />
      </button>
    </li>
  );
}
