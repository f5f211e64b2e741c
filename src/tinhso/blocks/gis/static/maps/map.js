// A map in <div data-map …>: the coast, the units by name, and the province's own background where it has one.
// The library is fetched when a map is first drawn; nothing comes from another house.

let library = null;

async function load(frame) {
  library ??= (async () => {
    const sheet = document.createElement("link");
    sheet.rel = "stylesheet";
    sheet.href = frame.dataset.style;
    const styled = new Promise((done) => sheet.addEventListener("load", done, { once: true }));
    document.head.append(sheet);
    const [maplibre] = await Promise.all([import(frame.dataset.library), styled]);
    maplibre.setWorkerUrl(new URL(frame.dataset.worker, document.baseURI).href);
    return maplibre;
  })();
  return library;
}

const colour = (frame, name) => getComputedStyle(frame).getPropertyValue(name).trim();
// resolved to rgb(): a token may be written in a way the map does not read
function token(frame, name) {
  const probe = document.createElement("i");
  probe.style.color = `var(${name})`;
  frame.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found || colour(frame, name);
}

function styleOf(frame, ground) {
  const land = token(frame, "--map-land");
  const text = (size) => ({ "text-font": ["Be Vietnam Pro"], "text-size": size, "text-max-width": 7 });
  const paint = { "text-color": token(frame, "--map-ink"), "text-halo-color": land, "text-halo-width": 1.5 };
  const { tiles, credit } = frame.dataset;
  const only = (kind) => ["==", ["get", "kind"], kind];
  return {
    version: 8,
    sources: {
      land: { type: "geojson", data: new URL(frame.dataset.land, document.baseURI).href },
      ground: { type: "geojson", data: ground },
      ...(tiles ? { tiles: { type: "raster", tiles: [tiles], tileSize: 256, attribution: credit } } : {}),
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": token(frame, "--map-sea") } },
      { id: "land", type: "fill", source: "land", paint: { "fill-color": land } },
      { id: "coast", type: "line", source: "land", paint: { "line-color": token(frame, "--map-line"), "line-width": 1 } },
      ...(tiles ? [{ id: "tiles", type: "raster", source: "tiles" }] : []),
      { id: "islands", type: "circle", source: "ground", filter: only("island"), paint: { "circle-radius": 2, "circle-color": land, "circle-stroke-width": 1, "circle-stroke-color": token(frame, "--map-line") } },
      { id: "units", type: "symbol", source: "ground", filter: only("unit"), layout: { "text-field": ["step", ["zoom"], ["get", "short"], 11, ["get", "name"]], ...text(12) }, paint },
      { id: "archipelagos", type: "symbol", source: "ground", filter: only("islands"), layout: { "text-field": ["get", "name"], "text-allow-overlap": true, ...text(12) }, paint },
    ],
  };
}

function giveUp(frame) {
  frame.hidden = true;
  frame.parentElement.querySelector("[data-map-note]").hidden = false;
}

/** Draw the map of a frame. Resolves to the map, or to null where this browser cannot draw one. */
export async function drawMap(frame) {
  try {
    const [maplibre, ground] = await Promise.all([load(frame), fetch(frame.dataset.ground).then((answer) => answer.json())]);
    const [west, south, east, north] = ground.bbox;
    const map = new maplibre.Map({
      container: frame,
      style: styleOf(frame, ground),
      bounds: [[west, south], [east, north]],
      maxBounds: [[99, 4], [119, 24.5]],
      minZoom: 4,
      maxZoom: 18,
      dragRotate: false,
      pitchWithRotate: false,
      touchPitch: false,
      cooperativeGestures: false,
      attributionControl: frame.dataset.tiles ? { compact: true } : false,
      locale: { "NavigationControl.ZoomIn": frame.dataset.zoomIn, "NavigationControl.ZoomOut": frame.dataset.zoomOut, "Map.Title": frame.dataset.label, "Marker.Title": "" },
    });
    map.touchZoomRotate.disableRotation();
    map.addControl(new maplibre.NavigationControl({ showCompass: false }));
    frame.map = map;
    if (frame.dataset.points) showPoints(map, maplibre, frame);
    return { map, maplibre };
  } catch {
    giveUp(frame);
    return null;
  }
}

const tile = (lon, lat, zoom) => {
  const size = 2 ** zoom;
  const sine = Math.sin((lat * Math.PI) / 180);
  const clamp = (value) => Math.min(size - 1, Math.max(0, Math.floor(value)));
  return [clamp(((lon + 180) / 360) * size), clamp((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * size)];
};

// Points come gathered from the server: one mark for each place where any are, a link where it is a single one.
function showPoints(map, maplibre, frame) {
  const shown = new Map();
  let asking = null;
  const mark = ({ lon, lat, count, url }) => {
    const node = document.createElement(url ? "a" : "button");
    node.className = url ? "map-one" : "map-cluster";
    if (url) {
      node.href = url;
      node.setAttribute("aria-label", frame.dataset.one);
    } else {
      node.type = "button";
      node.textContent = count < 1000 ? count : `${Math.round(count / 100) / 10}k`;
      node.dataset.size = count < 10 ? 1 : count < 100 ? 2 : 3;
      node.setAttribute("aria-label", `${count} ${frame.dataset.many}`);
      node.addEventListener("click", () => map.easeTo({ center: [lon, lat], zoom: Math.min(18, map.getZoom() + 2) }));
    }
    return new maplibre.Marker({ element: node }).setLngLat([lon, lat]).addTo(map);
  };
  const refresh = async () => {
    const zoom = Math.max(0, Math.min(18, Math.round(map.getZoom()) + 1));
    const bounds = map.getBounds();
    const [x0, y0] = tile(bounds.getWest(), bounds.getNorth(), zoom);
    const [x1, y1] = tile(bounds.getEast(), bounds.getSouth(), zoom);
    asking?.abort();
    asking = new AbortController();
    const address = new URL(frame.dataset.points, document.baseURI);
    for (const [name, value] of Object.entries({ z: zoom, x0, y0, x1, y1 })) address.searchParams.set(name, value);
    try {
      const { points } = await (await fetch(address, { signal: asking.signal })).json();
      const wanted = new Map(points.map((point) => [`${point.lon} ${point.lat} ${point.count}`, point]));
      for (const [key, marker] of shown) {
        if (!wanted.has(key)) {
          marker.remove();
          shown.delete(key);
        }
      }
      for (const [key, point] of wanted) if (!shown.has(key)) shown.set(key, mark(point));
      frame.dataset.shown = points.length;
    } catch (problem) {
      if (problem.name !== "AbortError") frame.dataset.shown = "failed";
    }
  };
  map.on("moveend", refresh);
  map.once("load", refresh);
}

// a telephone is asked first: the library weighs more than the page
for (const frame of document.querySelectorAll("[data-map][data-opened]")) {
  if (matchMedia("(min-width: 48rem)").matches && !navigator.connection?.saveData) drawMap(frame);
  else {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn map-show";
    button.textContent = frame.dataset.show;
    frame.hidden = true;
    frame.before(button);
    button.addEventListener("click", () => {
      button.remove();
      frame.hidden = false;
      drawMap(frame);
    });
  }
}
