// The map of one report, drawn when somebody asks for it.
import { drawMap } from "../maps/map.js";

for (const button of document.querySelectorAll("[data-show-map]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    const frame = document.getElementById(button.dataset.showMap);
    button.nextElementSibling.hidden = false;
    button.hidden = true;
    if (!frame) return;
    const drawn = await drawMap(frame);
    if (!drawn) return;
    const at = [Number(button.dataset.lon), Number(button.dataset.lat)];
    const mark = document.createElement("span");
    mark.className = "map-one";
    new drawn.maplibre.Marker({ element: mark }).setLngLat(at).addTo(drawn.map);
    drawn.map.jumpTo({ center: at, zoom: frame.dataset.tiles ? 15 : 12 });
  });
}
