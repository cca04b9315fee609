// One picture of a grid that can be pressed. Not here: what happens then.
import { type Picture, PictureCanvas } from './picture-canvas.tsx';

interface Props {
  /** What a screen reader says: "Sample 3, drawn". */
  name: string;
  picture: Picture | 'not-finite' | null;
  chosen: boolean;
  onPress: () => void;
}

export function PictureTile({ name, picture, chosen, onPress }: Props) {
  return (
    <button class="tile" type="button" aria-pressed={chosen} aria-label={name} onClick={onPress}>
      {picture === 'not-finite' ? (
        <span class="gone">not finite</span>
      ) : (
        <PictureCanvas picture={picture} class={isClearing(picture) ? 'clearing' : ''} />
      )}
    </button>
  );
}

/** On its way: its noise still clears. */
const isClearing = (picture: Picture | null): boolean =>
  picture !== null && 'drawn' in picture && !picture.drawn;
