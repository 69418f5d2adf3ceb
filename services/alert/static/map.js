"use strict";
/* The map: outlines of our own, incidents as shapes on one canvas, a time line by day. Text reaches the document as text only. */
(() => {
  const box = document.getElementById("map");
  const words = JSON.parse(box.dataset.words);
  const language = box.dataset.language;
  const status = document.getElementById("status");
  const from = document.getElementById("from");
  const to = document.getElementById("to");
  const histogram = document.getElementById("histogram");
  const view = document.getElementById("view");
  const DAY = 86400000;
  const SEVERITIES = ["minor", "moderate", "severe", "critical"];
  const MOST_LISTED = 20;
  const MOST_IN_POPUP = 8;

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();
  let colours = {};
  const readColours = () => {
    for (const name of [...SEVERITIES, "paper", "ink", "land", "edge", "edge-strong", "watch", "line", "quiet"]) colours[name] = colour(name);
  };
  readColours();

  /* Severity is told by shape and size as well as by colour: circle, triangle, square, star. */
  function trace(context, severity, x, y, r) {
    context.beginPath();
    if (severity === 0) {
      context.arc(x, y, r, 0, 2 * Math.PI);
    } else if (severity === 2) {
      context.rect(x - r, y - r, 2 * r, 2 * r);
    } else {
      const corners = severity === 1 ? 3 : 10;
      for (let i = 0; i < corners; i += 1) {
        const reach = severity === 3 && i % 2 ? r * 0.5 : r * 1.25;
        const angle = -Math.PI / 2 + (i * 2 * Math.PI) / corners;
        context.lineTo(x + reach * Math.cos(angle), y + reach * Math.sin(angle));
      }
    }
    context.closePath();
  }
  function paint(context, severity, isExact, isStanding, x, y, r) {
    const shade = colours[SEVERITIES[severity]];
    trace(context, severity, x, y, r);
    context.globalAlpha = isStanding ? 1 : 0.4;
    context.fillStyle = isExact ? shade : colours.paper;
    context.strokeStyle = isExact ? colours.paper : shade;
    context.lineWidth = isExact ? 1 : 2;
    context.fill();
    context.stroke();
    context.globalAlpha = 1;
  }
  const RADII = [4, 5, 5.5, 7];

  /* One layer draws all points by itself: a marker for each would cost seconds at twenty thousand. */
  const Points = L.Layer.extend({
    initialize() { this.points = []; this.grid = new Map(); },
    onAdd(map) {
      this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", map.getPanes().overlayPane);
      this.canvas.style.pointerEvents = "none";
      map.on("moveend zoomend resize", this.draw, this);
      this.draw();
    },
    show(points) { this.points = points; this.draw(); },
    draw() {
      const map = this._map;
      if (!map) return;
      const started = performance.now();
      const size = map.getSize();
      const ratio = window.devicePixelRatio || 1;
      L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
      this.canvas.width = size.x * ratio;
      this.canvas.height = size.y * ratio;
      this.canvas.style.width = size.x + "px";
      this.canvas.style.height = size.y + "px";
      const context = this.canvas.getContext("2d");
      context.scale(ratio, ratio);
      this.grid = new Map();
      const origin = map.getPixelOrigin().add(map.containerPointToLayerPoint([0, 0]));
      const scale = (256 * 2 ** map.getZoom()) / (2 * Math.PI);
      const shrunk = this.points.length > 3000 && map.getZoom() < 8 ? 0.6 : 1;
      for (let severity = 0; severity < 4; severity += 1) {
        for (const point of this.points) {
          if (point.severity !== severity) continue;
          const x = scale * (point.x + Math.PI) - origin.x;
          const y = scale * (Math.PI - point.y) - origin.y;
          if (x < -10 || y < -10 || x > size.x + 10 || y > size.y + 10) continue;
              paint(context, severity, point.isExact, point.isStanding, x, y, RADII[severity] * shrunk);
          const cell = (x >> 4) + ":" + (y >> 4);
          if (!this.grid.has(cell)) this.grid.set(cell, []);
          this.grid.get(cell).push({ x, y, point });
        }
      }
      box.dataset.drawn = String(this.points.length);
      box.dataset.drawMs = (performance.now() - started).toFixed(1);
    },
    at(x, y) {
      const found = [];
      for (let i = -1; i <= 1; i += 1) {
        for (let j = -1; j <= 1; j += 1) {
          for (const one of this.grid.get(((x >> 4) + i) + ":" + ((y >> 4) + j)) || []) {
            const distance = Math.hypot(one.x - x, one.y - y);
            if (distance < 12) found.push([distance, one.point]);
          }
        }
      }
      return found.sort((a, b) => a[0] - b[0] || b[1].day - a[1].day).map((one) => one[1]);
    },
    listed() {
      const found = [];
      for (const cell of this.grid.values()) for (const one of cell) found.push(one.point);
      return found.sort((a, b) => a.order - b.order).slice(0, MOST_LISTED);
    },
  });

  const map = L.map(box, { zoomControl: false, attributionControl: false, preferCanvas: true, minZoom: 3, maxZoom: 13, worldCopyJump: true });
  L.control.zoom({ zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out, position: "topleft" }).addTo(map);
  map.fitBounds([[29.0, 38.8], [37.4, 48.8]]);
  const level = () => {
    box.classList.toggle("middle", map.getZoom() >= 7);
    box.classList.toggle("near", map.getZoom() >= 8);
  };
  map.on("zoomend", level);
  level();
  const points = new Points();
  const base = L.layerGroup().addTo(map);
  const watches = L.layerGroup().addTo(map);
  points.addTo(map);

  const number = (value) => new Intl.NumberFormat(language === "en" ? "en" : language === "ar" ? "ar-IQ-u-nu-latn" : "en").format(value);
  const date = (day) => {
    const at = new Date(day * DAY);
    return words.day.replace("{d}", at.getUTCDate()).replace("{m}", words.months[at.getUTCMonth()]).replace("{y}", at.getUTCFullYear());
  };
  function said(point) {
    const parts = [words.kinds[point.kind], point.place].filter(Boolean).join(words.comma);
    const toll = [];
    if (point.killed !== null) toll.push(words.killed.replace("#", number(point.killed)));
    if (point.wounded !== null) toll.push(words.wounded.replace("#", number(point.wounded)));
    const standing = point.isStanding ? "" : words.comma + words.retracted;
    return parts + ": " + (toll.join(words.comma) || words.toll_unknown) + words.comma + words.severities[point.severity] + words.comma + date(point.day) + standing;
  }
  function link(point) {
    const found = document.createElement("a");
    found.href = "/incidents/" + encodeURIComponent(point.id) + "?lang=" + language;
    found.textContent = said(point);
    found.dir = "auto";
    const note = point.isExact ? "" : " (" + words.precisions[point.precision] + ")";
    const item = document.createElement("li");
    item.append(found, note);
    return item;
  }

  map.on("click", (event) => {
    const found = points.at(event.containerPoint.x, event.containerPoint.y);
    if (!found.length) return;
    const list = document.createElement("ul");
    list.dir = document.documentElement.dir;
    for (const point of found.slice(0, MOST_IN_POPUP)) list.append(link(point));
    if (found.length > MOST_IN_POPUP) {
      const more = document.createElement("li");
      more.textContent = "+" + number(found.length - MOST_IN_POPUP);
      list.append(more);
    }
    const popup = L.popup({ maxWidth: 280 }).setLatLng(event.latlng).setContent(list).openOn(map);
    const close = popup.getElement().querySelector(".leaflet-popup-close-button");
    if (close) close.setAttribute("aria-label", words.close);
    list.querySelector("a").focus();
  });
  map.on("mousemove", (event) => {
    box.style.cursor = points.at(event.containerPoint.x, event.containerPoint.y).length ? "pointer" : "";
  });
  map.on("moveend", () => list());

  let all = [];
  let answer = { without_point: 0, is_cut: false };
  const timesOf = () => [Math.min(+from.value, +to.value), Math.max(+from.value, +to.value)];
  function list() {
    view.replaceChildren(...points.listed().map(link));
  }
  function tell(shown) {
    const parts = [words.shown.replace("{count}", number(shown))];
    if (answer.without_point) parts.push(words.without_point.replace("{count}", number(answer.without_point)));
    if (answer.is_cut) parts.push(words.cut);
    status.textContent = parts.join(" ");
  }
  function refresh() {
    const [first, last] = timesOf();
    const shown = all.filter((point) => point.day >= first && point.day <= last);
    points.show(shown);
    document.getElementById("from-said").textContent = date(first);
    document.getElementById("to-said").textContent = date(last);
    from.setAttribute("aria-valuetext", date(+from.value));
    to.setAttribute("aria-valuetext", date(+to.value));
    bars(first, last);
    tell(shown.length);
    list();
  }
  function bars(first, last) {
    const low = +from.min;
    const days = +from.max - low + 1;
    const width = histogram.clientWidth || 600;
    const ratio = window.devicePixelRatio || 1;
    histogram.width = width * ratio;
    histogram.height = 56 * ratio;
    const context = histogram.getContext("2d");
    context.scale(ratio, ratio);
    const slots = Math.max(1, Math.min(days, Math.floor(width / 3)));
    const counts = new Array(slots).fill(0);
    const inside = new Array(slots).fill(false);
    for (const point of all) {
      const slot = Math.floor(((point.day - low) * slots) / days);
      counts[slot] += 1;
      if (point.day >= first && point.day <= last) inside[slot] = true;
    }
    const most = Math.max(1, ...counts);
    for (let i = 0; i < slots; i += 1) {
      const height = counts[i] ? Math.max(2, (counts[i] / most) * 54) : 0;
      context.fillStyle = inside[i] ? colours.severe : colours.line;
      context.fillRect((i * width) / slots, 56 - height, Math.max(1, width / slots - 1), height);
    }
  }
  let isDue = false;
  const soon = () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => { isDue = false; refresh(); });
  };
  from.addEventListener("input", soon);
  to.addEventListener("input", soon);
  window.addEventListener("resize", soon);

  const radian = Math.PI / 180;
  function take(found) {
    answer = found;
    all = found.points.map((row, order) => ({
      order, id: row[0], x: row[1] * radian, y: Math.log(Math.tan(Math.PI / 4 + (Math.max(-85, Math.min(85, row[2])) * radian) / 2)),
      severity: row[3], kind: found.kinds[row[4]], day: row[5], precision: found.precisions[row[6]], isExact: row[7], isStanding: row[8],
      killed: row[9], wounded: row[10], place: row[11],
    }));
    let low = Infinity;
    let high = -Infinity;
    for (const point of all) { low = Math.min(low, point.day); high = Math.max(high, point.day); }
    if (!all.length) low = high = Math.floor(Date.now() / DAY);
    for (const slider of [from, to]) { slider.min = low; slider.max = high; }
    from.value = low;
    to.value = high;
    refresh();
    box.dataset.ready = performance.now().toFixed(0);
  }
  async function fetched(address) {
    const reply = await fetch(address, { credentials: "same-origin", headers: { Accept: "application/json" } });
    if (!reply.ok) throw new Error(String(reply.status));
    return reply.json();
  }
  const filters = document.getElementById("filters");
  async function load() {
    status.textContent = words.loading;
    const asked = new URLSearchParams(new FormData(filters));
    try {
      take(await fetched("/map/points.json?" + asked));
    } catch (problem) {
      status.textContent = words.load_failed;
    }
  }
  filters.addEventListener("submit", (event) => {
    event.preventDefault();
    history.replaceState(null, "", "/map?" + new URLSearchParams(new FormData(filters)));
    load();
  });
  filters.addEventListener("change", (event) => { if (event.target.tagName === "SELECT") filters.requestSubmit(); });

  let outlines = null;
  function ground() {
    base.clearLayers();
    const renderer = ground.renderer || (ground.renderer = L.canvas({ pane: "tilePane", padding: 0.3 }));
    for (let at = -180; at <= 180; at += 10) base.addLayer(L.polyline([[-85, at], [85, at]], { renderer, color: colours.line, weight: 1, interactive: false }));
    for (let at = -80; at <= 80; at += 10) base.addLayer(L.polyline([[at, -180], [at, 180]], { renderer, color: colours.line, weight: 1, interactive: false }));
    if (!outlines) return;
    const style = (feature) => feature.properties.kind === "district"
      ? { renderer, color: colours.edge, weight: 0.6, fill: false, interactive: false }
      : { renderer, color: colours["edge-strong"], weight: 1.2, fillColor: colours.land, fillOpacity: 1, interactive: false };
    base.addLayer(L.geoJSON(outlines, { style, filter: (one) => one.geometry.type !== "Point" }));
    for (const feature of outlines.features) {
      const told = feature.properties;
      if (told.kind === "district") continue;
      const at = told.at || [feature.geometry.coordinates[1], feature.geometry.coordinates[0]];
      const label = document.createElement("span");
      label.textContent = told[language];
      base.addLayer(L.tooltip(at, { permanent: true, direction: "center", className: "label " + told.kind, interactive: false, opacity: 0.9 }).setContent(label));
    }
  }
  let mine = null;
  function drawWatches() {
    watches.clearLayers();
    if (!mine) return;
    const style = { color: colours.watch, weight: 2, dashArray: "6 4", fillColor: colours.watch, fillOpacity: 0.06, interactive: false };
    for (const feature of mine.features) {
      const told = feature.properties;
      const at = feature.geometry.type === "Point" ? [feature.geometry.coordinates[1], feature.geometry.coordinates[0]] : null;
      const layer = at ? L.circle(at, { ...style, radius: (told.radius_km || 1) * 1000 }) : L.geoJSON(feature, { style, interactive: false });
      watches.addLayer(layer);
      if (told.kind === "site") watches.addLayer(L.circleMarker(at, { ...style, dashArray: null, radius: 4, fillOpacity: 1 }));
      const name = document.createElement("span");
      name.textContent = told.name || told.watch;
      const middle = at || layer.getBounds().getCenter();
      watches.addLayer(L.tooltip(middle, { permanent: true, direction: "bottom", className: "label watch", interactive: false }).setContent(name));
    }
    box.dataset.watches = String(mine.features.length);
  }
  function legend() {
    const items = [0, 1, 2, 3].map((severity) => [severity, true, words.severities[severity]]);
    items.push([2, false, words.hollow]);
    document.getElementById("legend").replaceChildren(...items.map(([severity, isExact, text]) => {
      const item = document.createElement("li");
      const sign = document.createElement("canvas");
      sign.width = sign.height = 40;
      sign.setAttribute("aria-hidden", "true");
      const context = sign.getContext("2d");
      context.scale(2, 2);
      paint(context, severity, isExact, true, 10, 10, RADII[severity]);
      item.append(sign, text);
      return item;
    }));
  }
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    readColours();
    ground();
    drawWatches();
    legend();
    refresh();
  });
  ground();
  legend();
  load();
  fetched("/map/base.json?v=" + words.base).then((found) => { outlines = found; ground(); box.dataset.base = "1"; }, () => {});
  if (box.dataset.signedIn) fetched("/map/watches.json").then((found) => { mine = found; drawWatches(); }, () => {});
})();
