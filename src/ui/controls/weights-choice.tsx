// Which of a checkpoint's weights pictures are drawn from. Not here: what follows from the choice.
import { Segments } from './segments.tsx';

interface Props {
  chosen: 'ema' | 'raw';
  onChoose: (weights: 'ema' | 'raw') => void;
}

export function WeightsChoice(props: Props) {
  return (
    <Segments
      label="Weights"
      choices={[
        ['ema', 'EMA'],
        ['raw', 'Raw'],
      ]}
      {...props}
    />
  );
}
