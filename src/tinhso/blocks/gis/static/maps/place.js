// Choosing a place: by the phone's position, by a pin on the map, or by the name of a commune. The fields work without this.
import { drawMap } from "./map.js";

const SVG = "http://www.w3.org/2000/svg";
const CLOSE = 16; // so near that a finger covers a house, and not a commune

function pinOf(frame) {
  const pin = document.createElement("button");
  pin.type = "button";
  pin.className = "map-pin";
  pin.setAttribute("aria-label", frame.dataset.pin);
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 24 24");
  const shape = document.createElementNS(SVG, "path");
  shape.setAttribute("d", "M12 22s7-7.2 7-12.4A7 7 0 0 0 5 9.600C5 14.800 12 22 12 22zm0-9.500a2.800 2.800 0 1 0 0-5.600 2.800 2.800 0 0 0 0 5.600z");
  shape.setAttribute("stroke", "currentColor");
  drawing.append(shape);
  pin.append(drawing);
  return pin;
}

function prepare(place) {
  const field = (name) => place.querySelector(`[name=${name}]`);
  const part = (name) => place.querySelector(`[data-${name}]`);
  const [said, fold, results, search, opener] = ["said", "map-fold", "results", "search", "open-map"].map(part);
  const frame = place.querySelector("[data-map]");
  let drawn = null;
  let marker = null;
  part("tools").hidden = false;

  const say = (text) => (said.textContent = text);
  // borders are not known: the nearest commune is a guess, which is said, and which the sender changes
  const guess = part("guess");
  const guessed = (name) => {
    if (name) field("unit").dataset.guessed = "true";
    else delete field("unit").dataset.guessed;
    guess.textContent = name ? guess.dataset.guessText.replace("{unit}", name) : "";
  };
  const guessUnit = async (lon, lat) => {
    if (field("unit").value && !field("unit").dataset.guessed) return;
    try {
      const { places } = await (await fetch(`${place.dataset.find}?lon=${lon}&lat=${lat}`)).json();
      if (!places.length) return;
      field("unit").value = places[0].code;
      guessed(places[0].name);
    } catch {
      // offline: the unit follows from the point when it is read
    }
  };
  const choose = (lon, lat, accuracy) => {
    field("lon").value = lon.toFixed(6);
    field("lat").value = lat.toFixed(6);
    field("accuracy").value = Math.round(accuracy);
    marker?.getElement().classList.remove("map-pin-free");
    guessUnit(lon, lat);
    place.dispatchEvent(new CustomEvent("place-chosen", { bubbles: true }));
  };
  // a pin that stands somewhere to begin with says nothing: no place is chosen until somebody has put it there
  const unchoose = () => {
    for (const name of ["lon", "lat", "accuracy"]) field(name).value = "";
    marker?.getElement().classList.add("map-pin-free");
  };
  // how exactly the pin says it, in metres: what a finger covers
  const reach = (lat) => (40075016 * Math.cos((lat * Math.PI) / 180)) / 2 ** drawn.map.getZoom() / 40;
  const read = () => {
    const { lng, lat } = marker.getLngLat();
    const metres = reach(lat);
    choose(lng, lat, metres);
    const far = metres < 1000 ? `${Math.round(metres)} m` : `${Math.round(metres / 1000)} km`;
    say(metres < 60 ? place.dataset.chosen : place.dataset.roughly.replace("{far}", far));
    return [lng, lat];
  };
  // put from far away it is a first word: the map comes nearer for the next
  const put = () => {
    const center = read();
    const zoom = drawn.map.getZoom();
    if (zoom < CLOSE) drawn.map.easeTo({ center, zoom: Math.min(CLOSE, zoom + 3) });
  };
  const show = (lon, lat, zoom) => {
    if (!drawn) return;
    if (!marker) {
      const pin = pinOf(frame);
      marker = new drawn.maplibre.Marker({ element: pin, draggable: true, anchor: "bottom" }).setLngLat([lon, lat]).addTo(drawn.map);
      pin.classList.toggle("map-pin-free", !field("lon").value);
      marker.on("dragend", put);
      pin.addEventListener("keydown", (event) => {
        const [x, y] = { ArrowLeft: [-8, 0], ArrowRight: [8, 0], ArrowUp: [0, -8], ArrowDown: [0, 8] }[event.key] ?? [0, 0];
        if (!x && !y) return;
        event.preventDefault();
        event.stopPropagation();
        const at = drawn.map.project(marker.getLngLat());
        marker.setLngLat(drawn.map.unproject([at.x + x, at.y + y]));
        read();
      });
      drawn.map.on("click", ({ lngLat }) => {
        marker.setLngLat(lngLat);
        put();
      });
    }
    marker.setLngLat([lon, lat]);
    drawn.map.jumpTo({ center: [lon, lat], zoom: Math.max(zoom, drawn.map.getZoom()) });
  };
  const open = async () => {
    fold.hidden = false;
    opener?.setAttribute("aria-expanded", "true");
    drawn ??= frame ? await drawMap(frame) : null;
    if (!drawn) return;
    drawn.map.resize();
    const known = field("lon").value ? [Number(field("lon").value), Number(field("lat").value), 16] : null;
    const centre = drawn.map.getCenter();
    show(...(known ?? [centre.lng, centre.lat, 0]));
    if (!known) say(place.dataset.put);
  };

  opener?.addEventListener("click", () => {
    if (fold.hidden) return open();
    fold.hidden = true;
    opener.setAttribute("aria-expanded", "false");
  });
  part("locate").addEventListener("click", () => {
    if (!("geolocation" in navigator)) return say(place.dataset.failed);
    say(place.dataset.searching);
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        choose(coords.longitude, coords.latitude, coords.accuracy);
        say(place.dataset.found.replace("{m}", Math.round(coords.accuracy)));
        show(coords.longitude, coords.latitude, CLOSE);
      },
      () => say(place.dataset.failed),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  });
  field("unit").addEventListener("change", () => guessed(""));
  // hidden fields keep their values when a form is emptied: the next report is not where the last one was
  place.closest("form")?.addEventListener("reset", () => {
    guessed("");
    unchoose();
    say("");
  });

  let waiting = 0;
  search?.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const text = search.value.trim();
      results.replaceChildren();
      if (!text) return;
      try {
        const { places } = await (await fetch(`${place.dataset.find}?q=${encodeURIComponent(text)}`)).json();
        results.replaceChildren(
          ...places.map(({ code, name, lon, lat }) => {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "btn btn-sm";
            button.textContent = name;
            button.addEventListener("click", () => {
              field("unit").value = code;
              guessed("");
              results.replaceChildren();
              unchoose();
              show(lon, lat, 13);
              say(place.dataset.put);
            });
            const row = document.createElement("li");
            row.append(button);
            return row;
          }),
        );
        if (!places.length) say(place.dataset.nothing);
      } catch {
        window.dispatchEvent(new Event("offline"));
      }
    }, 250);
  });
  // Enter in the search box is for the search, not for sending
  search?.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
}

document.querySelectorAll("[data-place]").forEach(prepare);
