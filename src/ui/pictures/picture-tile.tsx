// One picture of a grid, as a button. Not here: what a press does, moving between them (picture-grid.tsx).
import { type Picture, PictureCanvas } from './picture-canvas.tsx';

interface Props {
  /** Accessible name: "Sample 3, drawn". */
  name: string;
  picture: Picture | 'not-finite' | null;
  chosen: boolean;
  /** -1 but for the one picture of a grid that the Tab key reaches. */
  tabIndex: 0 | -1;
  onPress: () => void;
}

/** `not-finite`: words in place of a picture. `chosen`: the picture that is shown large. */
export function PictureTile({ name, picture, chosen, tabIndex, onPress }: Props) {
  return (
    <button
      class="tile"
      type="button"
      aria-pressed={chosen}
      aria-label={name}
      tabIndex={tabIndex}
      onClick={onPress}
    >
      {picture === 'not-finite' ? (
        <span class="gone">not finite</span>
      ) : (
        <PictureCanvas picture={picture} class={isClearing(picture) ? 'clearing' : ''} />
      )}
    </button>
  );
}

/** The picture is being drawn. */
const isClearing = (picture: Picture | null): boolean =>
  picture !== null && 'drawn' in picture && !picture.drawn;
