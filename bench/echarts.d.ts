/** The functions of echarts that plots use. */
declare module 'echarts/charts' {
  export const LineChart: unknown;
}
declare module 'echarts/components' {
  export const GridComponent: unknown;
  export const LegendComponent: unknown;
  export const TitleComponent: unknown;
}
declare module 'echarts/renderers' {
  export const SVGRenderer: unknown;
}
declare module 'echarts/core' {
  export const use: (parts: readonly unknown[]) => void;
  export const init: (
    element: null,
    theme: null,
    options: { readonly renderer: 'svg'; readonly ssr: true; readonly width: number; readonly height: number },
  ) => {
    setOption(option: object): void;
    renderToSVGString(): string;
    dispose(): void;
  };
}
