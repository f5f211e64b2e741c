// Choosing a place: by the phone's position, by a pin on the map, or by the name of a commune. The fields work without this.
import { drawMap } from "./map.js";

const SVG = "http://www.w3.org/2000/svg";

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
    guessUnit(lon, lat);
    place.dispatchEvent(new CustomEvent("place-chosen", { bubbles: true }));
  };
  const show = (lon, lat, zoom) => {
    if (!drawn) return;
    if (!marker) {
      const pin = pinOf(frame);
      marker = new drawn.maplibre.Marker({ element: pin, draggable: true, anchor: "bottom" }).setLngLat([lon, lat]).addTo(drawn.map);
      const read = () => {
        const { lng, lat: at } = marker.getLngLat();
        choose(lng, at, (40075016 * Math.cos((at * Math.PI) / 180)) / 2 ** drawn.map.getZoom() / 40);
        say(place.dataset.chosen);
      };
      marker.on("dragend", read);
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
        read();
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
        show(coords.longitude, coords.latitude, 16);
      },
      () => say(place.dataset.failed),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 },
    );
  });
  field("unit").addEventListener("change", () => guessed(""));
  place.closest("form")?.addEventListener("reset", () => guessed(""));

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
              show(lon, lat, 13);
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
