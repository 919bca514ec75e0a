// Runs inside the page of a research run: draws fitness by step out of the page's own data block. No network.
(() => {
  const library = globalThis.LightweightCharts;
  const holder = document.getElementById('chart');
  const { lines, stepName } = JSON.parse(document.getElementById('chart-data').textContent);
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const chart = library.createChart(holder, {
    autoSize: true,
    layout: { attributionLogo: true, fontFamily: 'inherit' },
    localization: { locale: 'en-US', timeFormatter: (step) => `${stepName} ${step}` },
    timeScale: { tickMarkFormatter: (step) => String(step), minBarSpacing: 0.01 },
  });
  const drawn = lines.map(({ name, colourName, points }) => {
    const series = chart.addSeries(library.LineSeries, { title: name, lineWidth: 2, priceLineVisible: false });
    series.setData(points.map(([step, value]) => ({ time: step, value })));
    return { series, colourName };
  });
  function paint() {
    const [text, line] = [colour('text'), colour('grid')];
    chart.applyOptions({
      layout: { background: { type: 'solid', color: colour('panel') }, textColor: text },
      grid: { vertLines: { color: line }, horzLines: { color: line } },
    });
    for (const { series, colourName } of drawn) series.applyOptions({ color: colour(colourName) });
  }
  paint();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
  chart.timeScale().fitContent();
})();
