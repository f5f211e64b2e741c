// The panel beside the drawing: what the selected element is to do, written as attributes of ours and as BPMN.
import { read, write } from "./fields.js";

// What an element is, in the reader's words.
export function kind(object, texts) {
  const english = object.$type.replace("bpmn:", "").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  const name = english[0].toUpperCase() + english.slice(1);
  return texts[name] || name;
}

export class Panel {
  #form;
  #modeler;
  #element = null;

  constructor(modeler, form, texts) {
    this.#modeler = modeler;
    this.#form = form;
    this.texts = texts;
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("change", (event) => this.#write(event.target));
    modeler.on("selection.changed", ({ newSelection }) => this.show(newSelection.length === 1 ? newSelection[0] : null));
    modeler.on("element.changed", ({ element }) => element === this.#element && !form.contains(document.activeElement) && this.show(element));
    modeler.on("shape.remove", ({ element }) => element === this.#element && this.show(null));
  }

  show(element) {
    const shown = element && element.parent && element.type !== "label" ? element : null;
    this.#element = shown;
    this.#form.hidden = !shown;
    document.getElementById("panel-empty").hidden = Boolean(shown);
    if (!shown) return;
    const object = shown.businessObject;
    const definition = object.eventDefinitions?.[0]?.$type;
    document.getElementById("panel-kind").textContent = `${kind(object, this.texts)} – ${object.id}`;
    for (const field of this.#form.querySelectorAll("[data-for]")) {
      const types = field.dataset.for.split(" ");
      field.hidden = !(types.includes("any") || types.includes(object.$type) || types.includes(definition));
    }
    for (const field of this.#form.elements) {
      const value = read(field.name, object);
      if (value === undefined) continue;
      if (field.type === "checkbox") field.checked = value;
      else field.value = value;
    }
    const gateway = ["bpmn:ExclusiveGateway", "bpmn:InclusiveGateway"].includes(object.sourceRef?.$type);
    for (const name of ["condition", "default"]) this.#form.elements[name].disabled = !gateway;
    this.#laneRole(object);
    this.#many();
  }

  // A step without a role of its own has that of its lane, and says so.
  #laneRole(object) {
    const lane = this.#modeler.get("elementRegistry").filter(({ businessObject: other }) => other.$type === "bpmn:Lane" && other.flowNodeRef?.includes(object)).at(-1);
    const none = this.#form.elements.role.options[0];
    none.textContent = lane ? this.texts["role of lane"].replace("{lane}", lane.businessObject.name || "–") : "–";
  }

  // How often a task is done is only asked of one that is done several times.
  #many() {
    const { many } = this.#form.elements;
    for (const field of this.#form.querySelectorAll("[data-many]")) field.hidden = many.closest(".field").hidden || !many.value;
  }

  #write(input) {
    if (!this.#element) return;
    write(this.#modeler, this.#element, input.name, input.type === "checkbox" ? input.checked : input.value.trim());
    if (input.name === "many") this.show(this.#element);
  }
}
