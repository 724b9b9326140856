/** Pictures of how the register grows: SVG with logarithmic axes, readable on a light and on a dark page, and described in words. */
import { LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { median } from './item.js';
import { PLOTS, seriesOf, type Growth, type Plot } from './series.js';
import { short } from './table.js';

use([LineChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

/** The colours of text and axes, and of lines: each has a contrast of 3 or more with white and with near black. */
const GREY = '#7a7f87';
const COLOURS = ['#1f83c9', '#d1691f', '#2b9348', '#b0559e'];
const SYMBOLS = ['circle', 'rect', 'triangle', 'diamond'];
const [WIDTH, HEIGHT] = [640, 360];

interface Line {
  readonly name: string;
  readonly points: readonly (readonly [size: number, figure: number])[];
}

const linesOf = ({ labels }: Plot, growth: readonly Growth[]): readonly Line[] =>
  Object.entries(labels).flatMap(([series, name]) => {
    const found = growth.find((one) => one.name === series);
    if (found === undefined) return [];
    const points = seriesOf(found).sizes.map((size, index) => [size, median(found.figures[index] ?? [])] as const);
    return [{ name, points: points.filter(([, figure]) => !Number.isNaN(figure)) }];
  });

/** The decades that hold all figures, at least one. */
const decades = (figures: readonly number[]): { readonly min: number; readonly max: number } => {
  const first = Math.floor(Math.log10(Math.min(...figures)));
  return { min: 10 ** first, max: 10 ** Math.max(first + 1, Math.ceil(Math.log10(Math.max(...figures)))) };
};

const draw = (title: string, lines: readonly Line[], of: string, unit: string): string => {
  const points = lines.flatMap((line) => line.points);
  const axis = (name: string, index: 0 | 1) =>
    ({
      type: 'log',
      name,
      nameLocation: 'middle',
      nameGap: index === 0 ? 28 : 52,
      ...decades(points.map((point) => point[index])),
      axisLabel: { color: GREY, formatter: short },
      axisLine: { show: true, lineStyle: { color: GREY } },
      splitLine: { lineStyle: { color: GREY, opacity: 0.3 } },
      nameTextStyle: { color: GREY },
    }) as const;
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height: HEIGHT });
  chart.setOption({
    animation: false,
    textStyle: { fontFamily: 'sans-serif', fontSize: 13 },
    title: { text: title, left: 'center', top: 8, textStyle: { color: GREY, fontSize: 15 } },
    grid: { left: 80, right: 40, top: 70, bottom: 50 },
    ...(lines.length > 1 && { legend: { top: 36, textStyle: { color: GREY } } }),
    xAxis: axis(`events in ${of}`, 0),
    yAxis: axis(unit, 1),
    series: lines.map(({ name, points }, index) => ({
      type: 'line',
      name,
      color: COLOURS[index],
      symbol: SYMBOLS[index],
      symbolSize: 8,
      data: points.map(([...point]) => point),
      label: {
        show: lines.length === 1,
        color: GREY,
        formatter: (point: { readonly value?: unknown }) => short((point.value as Line['points'][number])[1]),
      },
    })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
};

const words = (lines: readonly Line[], of: string, unit: string): string =>
  lines
    .map(({ name, points }) => {
      const all = points.map(([size, figure]) => `${short(figure)} ${unit} at ${short(size)} events in ${of}`);
      return `${name}: ${all.join(', ')}.`;
    })
    .join(' ');

/** The plots of which there are figures, by file name. The same figures give the same text. */
export const plotsOf = (growth: readonly Growth[]): ReadonlyMap<string, string> => {
  const plots = new Map<string, string>();
  for (const plot of PLOTS) {
    const found = growth.find(({ name }) => name in plot.labels);
    if (found === undefined) continue;
    const { of, unit } = seriesOf(found);
    const lines = linesOf(plot, growth);
    const label = `<title>${plot.title}</title><desc>${words(lines, of, unit)}</desc>`;
    // Classes are for a pointer that hovers; ids count up in a process.
    const svg = draw(plot.title, lines, of, unit)
      .replace(/<style[^]*?<\/style>| class="[^"]*"/g, '')
      .replace(/zr\d+-/g, 'zr-')
      .replace(/^<svg ([^>]*)>/, `<svg role="img" $1>${label}`);
    plots.set(`${plot.file}.svg`, `${svg}\n`);
  }
  return plots;
};
