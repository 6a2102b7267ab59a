/* Draws every figure[data-spec]: its Vega-Lite is fetched from this hub and drawn as wide as the figure is.

A figure is drawn again when its width or the screen's light changes, and drawn when htmx brings it.
`data-drawn` says how it went: "yes", "hidden" while it has no width, or why not. Without this file there
is the table below each figure. No text is run as a program: expressions of a chart are walked. */
"use strict";
(() => {
  const VEGA = document.currentScript.dataset.vega;
  const DARK = window.matchMedia("(prefers-color-scheme: dark)");
  const figures = new Map(); // figure -> {plot, spec, view, width, isDark}
  let vega = null; // a promise of the bundle, once it is needed

  function loaded() {
    vega ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = VEGA;
      script.onload = () => resolve(window.wattprintVega);
      script.onerror = () => reject(new Error("the drawing library did not load"));
      document.head.append(script);
    });
    return vega;
  }

  async function fetched(address) {
    const url = new URL(address, document.baseURI);
    if (url.origin !== location.origin) throw new Error("a chart comes from this hub or not at all");
    const answer = await fetch(url, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(`the chart could not be fetched (${answer.status})`);
    return answer.json();
  }

  /* Each light ink in a specification becomes its dark counterpart. */
  function inked(part, inks) {
    if (typeof part === "string") return inks[part] ?? part;
    if (Array.isArray(part)) return part.map((one) => inked(one, inks));
    if (part === null || typeof part !== "object") return part;
    return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, inked(one, inks)]));
  }

  function fitted(spec, width, isDark) {
    const { aspect, dark } = spec.usermeta?.wattprint ?? {};
    const height = aspect ? Math.min(spec.height, Math.round(width * aspect)) : spec.height;
    const sized = spec.width === "container" ? { ...spec, width, height } : spec;
    return isDark ? inked(sized, dark ?? {}) : sized;
  }

  async function draw(figure) {
    const known = figures.get(figure);
    const width = Math.floor(known.plot.clientWidth), isDark = DARK.matches;
    if (!width) figure.dataset.drawn ??= "hidden";
    if (!width || (known.width === width && known.isDark === isDark)) return;
    Object.assign(known, { width, isDark });
    try {
      const [{ compile, parse, View, expressionInterpreter }, spec] = await Promise.all([
        loaded(), (known.spec ??= fetched(figure.dataset.spec)),
      ]);
      if (known.width !== width || known.isDark !== isDark) return; // a newer drawing is on its way
      const described = compile(fitted(spec, width, isDark)).spec;
      const view = new View(parse(described, null, { ast: true }), {
        expr: expressionInterpreter, renderer: "svg", container: known.plot, hover: false, tooltip: tip,
      });
      known.view?.finalize();
      known.view = view;
      if (spec.description) name(known.plot, spec.description);
      await view.runAsync();
      known.plot.querySelector("svg")?.setAttribute("aria-hidden", "true"); // the plot's name says it all
      figure.dataset.drawn = "yes";
    } catch (fault) {
      known.plot.textContent = `This chart could not be drawn: ${fault.message}.`;
      known.plot.removeAttribute("role");
      figure.dataset.drawn = fault.message;
    }
  }

  function name(plot, description) {
    plot.setAttribute("role", "img");
    plot.setAttribute("aria-label", description);
  }

  /* What is under the pointer: names and figures as text. */
  const box = document.createElement("div");
  box.className = "tip";
  box.hidden = true;
  box.setAttribute("aria-hidden", "true"); // the table says it to those who hear the page

  function tip(_handler, event, _item, content) {
    box.hidden = content === null || content === undefined || content === "";
    if (box.hidden) return;
    box.replaceChildren(...(typeof content === "object" ? lines(content) : [String(content)]));
    document.body.append(box);
    const { clientX: x, clientY: y } = event, { offsetWidth: wide, offsetHeight: high } = box;
    const left = x + wide + 16 > window.innerWidth ? x - wide - 12 : x + 12;
    const top = y + high + 16 > window.innerHeight ? y - high - 12 : y + 12;
    box.style.left = `${Math.max(4, left)}px`;
    box.style.top = `${Math.max(4, top)}px`;
  }

  function lines(content) {
    return Object.entries(content).map(([key, text]) => {
      const line = document.createElement("div"), word = document.createElement("span");
      word.textContent = `${key} `;
      line.append(word, String(text));
      return line;
    });
  }

  let waiting = 0;
  const changed = new Set();
  const sizes = new ResizeObserver((entries) => {
    entries.forEach(({ target }) => changed.add(target.closest("figure[data-spec]")));
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      changed.forEach((figure) => figures.has(figure) && draw(figure));
      changed.clear();
    }, 120);
  });
  function watch(root) {
    for (const [figure, known] of figures) {
      if (figure.isConnected) continue;
      known.view?.finalize();
      sizes.unobserve(known.plot);
      figures.delete(figure);
    }
    root.querySelectorAll("figure[data-spec]").forEach((figure) => {
      if (figures.has(figure)) return;
      let plot = figure.querySelector(".plot");
      if (!plot) {
        plot = document.createElement("div");
        plot.className = "plot";
        figure.append(plot);
      }
      figures.set(figure, { plot });
      sizes.observe(plot);
      draw(figure);
    });
  }

  DARK.addEventListener("change", () => figures.forEach((_known, figure) => draw(figure)));
  document.addEventListener("htmx:load", () => watch(document));
  document.addEventListener("scroll", () => { box.hidden = true; }, { passive: true });
  watch(document);
})();
