// uPlot, bare: two lines, the crosshair, zoom by dragging. Its axes are switched off: ticks, marks and the
// time strip are the page's own elements on the same axis (plot.tsx). Not here: what is drawn
// (loss-picture.ts).
import uPlot from 'uplot';
import type { LossPicture } from './loss-picture.ts';

export interface ChartEvents {
  /** Value on the axis under the pointer, and pixels from the left; null when the pointer leaves. */
  onHover(at: { value: number; left: number } | null): void;
  onZoom(from: number, to: number): void;
  onReset(): void;
}

export interface LossChart {
  draw(picture: LossPicture, from: number, to: number): void;
  /** Reads the colours again: call it when the theme changes. */
  recolour(): void;
  destroy(): void;
}

/** A shorter drag is a press. Pixels. */
const LEAST_DRAG = 8;

/** What changes from one drawing to the next; uPlot reads it in callbacks. */
interface Look {
  /** Each loss as a dot, on the lines. */
  dots: boolean;
  colours: { raw: string; smooth: string };
  range: { from: number; to: number; yFrom: number; yTo: number };
}

/**
 * A chart that fills `host` and takes its colours from `.ink-raw` and `.ink-smooth` in it. `destroy` releases
 * it.
 */
export function createLossChart(host: HTMLElement, events: ChartEvents): LossChart {
  const look: Look = {
    dots: false,
    colours: readColours(host),
    range: { from: 0, to: 1, yFrom: 0, yTo: 1 },
  };
  const plot = new uPlot(optionsOf(host, events, look), [[], [], []], host);
  const observer = new ResizeObserver(() => plot.setSize(sizeOf(host)));
  observer.observe(host);
  return {
    draw(picture, from, to) {
      look.dots = picture.dots;
      look.range = { from, to, yFrom: picture.yFrom, yTo: picture.yTo };
      plot.setData([picture.x, picture.raw, picture.smooth]);
    },
    recolour() {
      look.colours = readColours(host);
      plot.redraw(false);
    },
    destroy() {
      observer.disconnect();
      plot.destroy();
    },
  };
}

/** uPlot's size in CSS pixels: all of `host`. */
const sizeOf = (host: HTMLElement): { width: number; height: number } => ({
  width: Math.max(1, host.clientWidth),
  height: Math.max(1, host.clientHeight),
});

function optionsOf(host: HTMLElement, events: ChartEvents, look: Look): uPlot.Options {
  return {
    ...sizeOf(host),
    padding: [0, 0, 0, 0],
    pxAlign: 0,
    legend: { show: false },
    axes: [{ show: false }, { show: false }],
    scales: {
      x: { time: false, range: () => [look.range.from, look.range.to] },
      y: { range: () => [look.range.yFrom, look.range.yTo] },
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
    series: [{}, line(look, 'raw', 1, 5), line(look, 'smooth', 2, 7)],
  };
}

/** One of the two lines; its width and the diameter of its dots in CSS pixels. */
const line = (look: Look, name: 'raw' | 'smooth', width: number, dotSize: number): uPlot.Series => ({
  stroke: () => look.colours[name],
  width,
  points: { show: () => look.dots, size: dotSize, fill: () => look.colours[name] },
});

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

/** The computed colour of an element: a custom property would still hold light-dark() unresolved. */
function readColours(host: HTMLElement): { raw: string; smooth: string } {
  const of = (selector: string): string => {
    const ink = host.querySelector(selector);
    return ink ? getComputedStyle(ink).color : 'currentColor';
  };
  return { raw: of('.ink-raw'), smooth: of('.ink-smooth') };
}
