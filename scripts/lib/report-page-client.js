// Runs inside the report page: draws price, equity and drawdown out of the page's own data block. No network.
// Colours come from the style sheet, so that light and dark are decided in one place.
(() => {
  const library = globalThis.LightweightCharts;
  const holder = document.getElementById('chart');
  const data = JSON.parse(document.getElementById('chart-data').textContent);
  const ARROWS_MAX = 120;
  const DOTS_MAX = 600;
  const LABELS_MAX = 24;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const timeText = (seconds) => `${new Date(seconds * 1000).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const moneyText = (value) => value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const percentText = (value) => `${(value * 100).toFixed(2)} %`;
  const points = ({ t, v }) => t.map((time, i) => ({ time, value: v[i] }));
  const custom = (formatter, minMove) => ({ type: 'custom', formatter, minMove });

  const chart = library.createChart(holder, {
    autoSize: true,
    layout: { attributionLogo: true, fontFamily: 'inherit', panes: { enableResize: true } },
    localization: { locale: 'en-US', timeFormatter: timeText },
    timeScale: { timeVisible: true, secondsVisible: false, minBarSpacing: 0.01 },
    crosshair: { mode: library.CrosshairMode.Normal },
  });
  const price = chart.addSeries(library.CandlestickSeries, {}, 0);
  const equity = chart.addSeries(library.LineSeries, { priceFormat: custom(moneyText, 0.01), lineWidth: 2 }, 1);
  const drawdown = chart.addSeries(
    library.BaselineSeries,
    { priceFormat: custom(percentText, 0.0001), lineWidth: 1 },
    2,
  );
  const quiet = { priceLineVisible: false, lastValueVisible: false, crosshairMarkerVisible: false };
  const dots = chart.addSeries(library.LineSeries, { ...quiet, lineVisible: false, pointMarkersVisible: true }, 0);
  const marks = library.createSeriesMarkers(price, []);
  const corner = { horzAlign: 'left', vertAlign: 'top', lines: [] };
  const names = chart.panes().map((pane) => library.createTextWatermark(pane, corner));
  let shown = data.symbols[0];

  function paint() {
    const up = colour('up');
    const down = colour('down');
    chart.applyOptions({
      layout: {
        background: { type: library.ColorType.Solid, color: colour('panel') },
        textColor: colour('text'),
        panes: { separatorColor: colour('line'), separatorHoverColor: colour('line') },
      },
      grid: { vertLines: { color: colour('grid') }, horzLines: { color: colour('grid') } },
      rightPriceScale: { borderColor: colour('line') },
      timeScale: { borderColor: colour('line') },
    });
    price.applyOptions({ upColor: up, downColor: down, wickUpColor: up, wickDownColor: down, borderVisible: false });
    equity.applyOptions({ color: colour('accent') });
    drawdown.applyOptions({
      baseValue: { type: 'price', price: 0 },
      topLineColor: down,
      topFillColor1: 'transparent',
      topFillColor2: 'transparent',
      bottomLineColor: down,
      bottomFillColor1: colour('shade'),
      bottomFillColor2: colour('shade'),
    });
    paintNames();
    if (shown !== undefined) setDots();
    drawMarks();
  }

  const SPACE = { text: ' ', fontSize: 1, lineHeight: 6 };

  /** The name of each pane in its corner. */
  function paintNames() {
    const texts = [shown === undefined ? 'Price' : shown.symbol, 'Equity', 'Drawdown'];
    names.forEach((name, index) => {
      name.applyOptions({ lines: [SPACE, { text: texts[index], color: colour('quiet'), fontSize: 13 }] });
    });
  }

  const SHAPES = {
    longEntry: { shape: 'arrowUp', position: 'belowBar', colour: 'accent' },
    shortEntry: { shape: 'arrowDown', position: 'aboveBar', colour: 'short' },
    win: { shape: 'circle', colour: 'up' },
    loss: { shape: 'circle', colour: 'down' },
  };

  function toMarker(mark, count) {
    const look = SHAPES[mark.kind];
    const position = look.position ?? (mark.side === 'long' ? 'aboveBar' : 'belowBar');
    const few = count <= ARROWS_MAX;
    return {
      time: mark.t,
      position,
      shape: few ? look.shape : 'circle',
      color: colour(look.colour),
      size: few ? 1 : 0.3,
      ...(count <= LABELS_MAX ? { text: mark.text } : {}),
    };
  }

  // Thousands of arrows on one screen hide the price: seen from afar a mark is a dot, seen near it says what it is.
  function drawMarks() {
    if (shown === undefined) return;
    const range = chart.timeScale().getVisibleRange();
    const seen = range === null ? shown.marks : shown.marks.filter(({ t }) => t >= range.from && t <= range.to);
    const far = seen.length > DOTS_MAX;
    dots.applyOptions({ visible: far });
    marks.setMarkers(far ? [] : seen.map((mark) => toMarker(mark, seen.length)));
  }

  // A point at the price of each fill; of two on one candle the later one is kept.
  function setDots() {
    const byTime = new Map(shown.marks.map((mark) => [mark.t, mark]));
    const colourOf = (mark) => colour(SHAPES[mark.kind].colour);
    dots.applyOptions({ pointMarkersRadius: 1.2 });
    dots.setData([...byTime.values()].map((mark) => ({ time: mark.t, value: mark.p, color: colourOf(mark) })));
  }

  let waiting = false;
  function drawMarksSoon() {
    if (waiting) return;
    waiting = true;
    requestAnimationFrame(() => {
      waiting = false;
      drawMarks();
    });
  }

  function show(symbol) {
    shown = symbol;
    const { t, o, h, l, c } = symbol.candles;
    price.applyOptions({
      priceFormat: { type: 'price', precision: symbol.decimals, minMove: 10 ** -symbol.decimals },
    });
    price.setData(t.map((time, i) => ({ time, open: o[i], high: h[i], low: l[i], close: c[i] })));
    paintNames();
    setDots();
    drawMarks();
  }

  function showLast(count) {
    const last = Math.max(data.equity.t.length, shown === undefined ? 0 : shown.candles.t.length);
    chart.timeScale().setVisibleLogicalRange({ from: last - count, to: last + 2 });
  }

  const whole = () => chart.timeScale().fitContent();
  equity.setData(points(data.equity));
  drawdown.setData(points(data.drawdown));
  if (shown !== undefined) show(shown);
  chart.panes().forEach((pane, index) => {
    pane.setStretchFactor(index === 0 ? 6 : 2);
  });
  whole();
  paint();
  chart.timeScale().subscribeVisibleTimeRangeChange(drawMarksSoon);
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', paint);
  document
    .getElementById('symbol')
    ?.addEventListener('change', (event) => show(data.symbols[event.target.selectedIndex]));
  document.getElementById('whole').addEventListener('click', whole);
  document.getElementById('last').addEventListener('click', () => showLast(200));
  document.documentElement.dataset.ready = 'true';
})();
