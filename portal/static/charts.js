// Draws the charts whose specifications the page holds as data.
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

const look = () => {
  const ink = colour("--q-ink-2");
  const label = { fontSize: 12, fontWeight: 600, font: "Inter Variable" };
  return {
    aria: false, // the figure has a name, and its table says each point
    mark: { aria: false },
    background: "transparent",
    font: "Inter Variable",
    view: { stroke: null },
    axis: {
      labelColor: ink, titleColor: ink, gridColor: colour("--q-line"), labelFontSize: 12,
      titleFontSize: 12, titleFontWeight: 500, domainColor: colour("--q-line-2"),
      tickColor: colour("--q-line-2"), labelPadding: 6,
    },
    style: {
      curve: { color: colour("--q-accent"), strokeWidth: 2.5 },
      point: { color: colour("--q-accent"), filled: true },
      target: { color: colour("--q-green-ink"), strokeDash: [6, 4], strokeWidth: 1.5 },
      alert: { color: colour("--q-red-ink"), strokeDash: [2, 3], strokeWidth: 1.5 },
      "signal-bad": { color: colour("--q-red-ink"), filled: true },
      "signal-good": { color: colour("--q-green-ink"), filled: true },
      "target-name": { color: colour("--q-green-ink"), ...label },
      "alert-name": { color: colour("--q-red-ink"), ...label },
    },
  };
};

const draw = (view) => {
  const { spec, locale } = JSON.parse(document.getElementById(view.dataset.chart).textContent);
  return vegaEmbed(view, spec, {
    ast: true, renderer: "svg", actions: false, defaultStyle: false,
    tooltip: { disableDefaultStyle: true },
    config: look(), formatLocale: locale.number, timeFormatLocale: locale.time,
  });
};

const drawAll = () => document.querySelectorAll("[data-chart]").forEach(draw);
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
drawAll();
