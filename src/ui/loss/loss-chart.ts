// uPlot, bare: the two lines, the crosshair, dragging out a part. Its axes are switched off; ticks, marks and the strip
// of samples are the page's own elements over the same axis (plot.tsx).
import uPlot from 'uplot';
import type { LossPicture } from './loss-picture.ts';

export interface ChartEvents {
  /** Value under the pointer and its distance from the left in pixels; null when the pointer is gone. */
  onHover(at: { value: number; left: number } | null): void;
  onZoom(from: number, to: number): void;
  onReset(): void;
}

export interface LossChart {
  draw(picture: LossPicture, from: number, to: number): void;
  /** Colours are read again: the theme changed. */
  recolour(): void;
  destroy(): void;
}

/** A drag shorter than this is a press. Pixels. */
const LEAST_DRAG = 8;

/** The chart in `host`, which it fills and whose colours (.ink-raw, .ink-smooth) it takes. */
export function createLossChart(host: HTMLElement, events: ChartEvents): LossChart {
  let dots = false;
  let colours = readColours(host);
  let range = { from: 0, to: 1, yFrom: 0, yTo: 1 };
  const plot = new uPlot(
    {
      width: Math.max(1, host.clientWidth),
      height: Math.max(1, host.clientHeight),
      padding: [0, 0, 0, 0],
      pxAlign: 0,
      legend: { show: false },
      axes: [{ show: false }, { show: false }],
      scales: {
        x: { time: false, range: () => [range.from, range.to] },
        y: { range: () => [range.yFrom, range.yTo] },
      },
      cursor: {
        y: false,
        points: { show: false },
        drag: { x: true, y: false, setScale: false },
        bind: {
          dblclick: () => () => {
            events.onReset();
            return null;
          },
        },
      },
      hooks: {
        setCursor: [(u) => events.onHover(hovered(u))],
        setSelect: [(u) => select(u, events)],
      },
      series: [
        {},
        {
          stroke: () => colours.raw,
          width: 1,
          points: { show: () => dots, size: 5, fill: () => colours.raw },
        },
        {
          stroke: () => colours.smooth,
          width: 2,
          points: { show: () => dots, size: 7, fill: () => colours.smooth },
        },
      ],
    },
    [[], [], []],
    host,
  );
  const observer = new ResizeObserver(() =>
    plot.setSize({ width: Math.max(1, host.clientWidth), height: Math.max(1, host.clientHeight) }),
  );
  observer.observe(host);
  return {
    draw(picture, from, to) {
      dots = picture.dots;
      range = { from, to, yFrom: picture.yFrom, yTo: picture.yTo };
      plot.setData([picture.x, picture.raw, picture.smooth]);
    },
    recolour() {
      colours = readColours(host);
      plot.redraw(false);
    },
    destroy() {
      observer.disconnect();
      plot.destroy();
    },
  };
}

function hovered(u: uPlot): { value: number; left: number } | null {
  const left = u.cursor.left ?? -1;
  return left < 0 ? null : { value: u.posToVal(left, 'x'), left };
}

function select(u: uPlot, events: ChartEvents): void {
  const { left, width } = u.select;
  if (width < LEAST_DRAG) return;
  events.onZoom(u.posToVal(left, 'x'), u.posToVal(left + width, 'x'));
  u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
}

/** Custom properties keep light-dark() unresolved; the colour of an element does not. */
function readColours(host: HTMLElement): { raw: string; smooth: string } {
  const of = (selector: string): string => {
    const ink = host.querySelector(selector);
    return ink ? getComputedStyle(ink).color : 'currentColor';
  };
  return { raw: of('.ink-raw'), smooth: of('.ink-smooth') };
}
